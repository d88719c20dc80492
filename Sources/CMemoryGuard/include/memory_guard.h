#ifndef ZK_MEMORY_GUARD_H
#define ZK_MEMORY_GUARD_H

/// From now on, memory that cannot be had ends the process with a message and status 1.
///
/// `tidy_up` is called before; it must not take memory. Neither Swift's runtime nor OpenBLAS can go
/// on without memory: the one traps and the other tries again for ever. So do threads that cannot
/// be started, before this is called too.
void zk_guard_memory(void (*tidy_up)(void));

#endif
