// The allocator's entries with an end for memory that cannot be had, and the entry for threads with
// one for those that cannot be started. A program that defines them takes the place of glibc's for
// everything in the process, Swift's runtime and shared libraries included; glibc's own do the work
// and free what they gave. Sanitizers have allocators of their own, and other C libraries none that
// could be called: there nothing is guarded.
#define _GNU_SOURCE
#include "memory_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ZK_UNGUARDED
#endif
#endif

static void (*_Atomic tidy_up)(void);

void zk_guard_memory(void (*last)(void)) { atomic_store(&tidy_up, last); }

#if defined(__GLIBC__) && !defined(ZK_UNGUARDED)
#include <sys/mman.h>
#include <sys/syscall.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static void say(const char *text) {
  ssize_t ignored = write(2, text, strlen(text));
  (void)ignored;
}

static void end(void) {
  void (*last)(void) = atomic_load(&tidy_up);
  if (last != NULL) last();
  _exit(1);
}

/// What an entry returns for memory that cannot be had, if it returns.
static void *failed(size_t bytes) {
  if (atomic_load(&tidy_up) == NULL) return NULL;
  char digits[24];
  size_t place = sizeof digits - 1;
  digits[place] = 0;
  do {
    digits[--place] = (char)('0' + bytes % 10);
    bytes /= 10;
  } while (bytes > 0);
  say("zk: out of memory: ");
  say(digits + place);
  say(" more bytes cannot be had; use shorter documents, fewer --threads or a smaller model, or "
      "raise the limit (ulimit -v)\n");
  end();
  return NULL;
}

void *malloc(size_t bytes) {
  void *memory = __libc_malloc(bytes);
  return memory != NULL ? memory : failed(bytes);
}

void *calloc(size_t count, size_t bytes) {
  void *memory = __libc_calloc(count, bytes);
  return memory != NULL ? memory : failed(count * bytes);
}

void *realloc(void *memory, size_t bytes) {
  void *moved = __libc_realloc(memory, bytes);
  return moved != NULL || bytes == 0 ? moved : failed(bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  void *memory = __libc_memalign(alignment, bytes);
  return memory != NULL ? memory : failed(bytes);
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

void *mmap(void *place, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
  long address = syscall(SYS_mmap, place, bytes, protection, flags, descriptor, offset);
  if (address == -1 && errno == ENOMEM && (flags & MAP_ANONYMOUS) != 0) failed(bytes);
  return (void *)address;
}

/// Without a thread libdispatch waits for ever, and OpenBLAS, which starts its own before the
/// program begins, ends it by a signal.
int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
      (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(
          RTLD_NEXT, "pthread_create");
  int failure = create != NULL ? create(thread, attributes, body, argument) : EAGAIN;
  if (failure == EAGAIN || failure == ENOMEM) {
    say("zk: out of memory: no thread can be started; use fewer --threads, or raise the limits "
        "(ulimit -v, ulimit -u)\n");
    end();
  }
  return failure;
}
#endif
