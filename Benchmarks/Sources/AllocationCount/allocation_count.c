// The allocator's entries, counted. A program that defines them takes the place of glibc's for
// everything in the process, Swift's runtime and shared libraries included; glibc's own do the
// work and free what they gave. One relaxed addition a call is all that this costs.
#include "allocation_count.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_long calls;

static void count_call(void) { atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed); }

long zk_allocation_count(void) { return atomic_load_explicit(&calls, memory_order_relaxed); }

void *malloc(size_t bytes) {
  count_call();
  return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
  count_call();
  return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
  count_call();
  return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  count_call();
  return __libc_memalign(alignment, bytes);
}

void *memalign(size_t alignment, size_t bytes) { return aligned_alloc(alignment, bytes); }

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
    return EINVAL;
  }
  void *given = aligned_alloc(alignment, bytes);
  if (given == NULL) return ENOMEM;
  *memory = given;
  return 0;
}
