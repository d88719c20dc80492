// What is known of a build only when the program is linked, or while it runs.
#ifndef ZK_BUILD_H
#define ZK_BUILD_H

/// Lines of "name\tvalue": the commit and the compiler. Empty for a build that was not installed.
const char *zk_build(void);

/// The libraries in use, by the names and versions that they give themselves.
/// Not for use from several threads at a time.
const char *zk_libraries(void);

/// The processors that this process may use, as nproc counts them; 0 when the system does not tell.
long zk_allowed_processors(void);

/// The program's arguments with its name as the first, as the system gave them to it.
/// Swift reads them from /proc, which a bare root does not have.
int zk_argument_count(void);
const char *zk_argument(int index);

#endif
