// Nothing to include: the library offers itself before `main`.
