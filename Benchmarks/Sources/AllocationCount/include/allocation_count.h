#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

/// How often memory has been asked for in this process, by any thread, library or language.
long zk_allocation_count(void);

#endif
