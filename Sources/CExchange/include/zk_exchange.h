// How the ranks of a training run reach each other, in a program that is linked with a library that
// can: zk itself has none, and needs none of its headers.
#ifndef ZK_EXCHANGE_H
#define ZK_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

/// What a library offers. Calls are made on one thread; all but `finish`, `give_up` and `explain`
/// return 0, ZK_EXCHANGE_STOPPED, or a number that `explain` puts into words.
typedef struct {
  /// Joins the other ranks. While a call waits it asks `stops`; when that has said yes, not 0, for
  /// half a second, the call is given up and the exchange with it.
  int (*start)(int *rank, int *count, int (*stops)(void));
  int (*send)(const void *bytes, size_t size, int to);
  int (*receive)(void *bytes, size_t size, int from);
  /// Gives all ranks the bytes of rank 0.
  int (*broadcast)(void *bytes, size_t size);
  /// Puts the largest number of all ranks at every place.
  int (*largest)(int64_t *numbers, int count);
  /// Leaves the others in order, when all ranks do.
  void (*finish)(void);
  /// Ends all ranks at once; does not return.
  void (*give_up)(int status);
  /// At most `size` bytes of text with a zero behind them.
  void (*explain)(int failure, char *text, size_t size);
} zk_exchange;

enum { ZK_EXCHANGE_STOPPED = -1 };

/// The library that is linked, or null.
const zk_exchange *zk_linked_exchange(void);

/// For the library, which calls it before `main`.
void zk_link_exchange(const zk_exchange *exchange);

#endif
