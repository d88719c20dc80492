// How long the exchange of one update takes between two ranks, without the training around it: rank 1
// sends its gradient, rank 0 adds it and gives all ranks the weights. scripts/measure-exchange.sh builds
// and runs it.
#include <stdio.h>
#include <stdlib.h>

#include "zk_exchange.h"

#include <mpi.h>

static int never(void) { return 0; }

// As GradientTree does it: piece by piece, so that little memory waits.
#define PIECE ((size_t)1 << 20)

int main(int argc, char **argv) {
  const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 12634938;
  const int rounds = argc > 2 ? atoi(argv[2]) : 8;
  const zk_exchange *exchange = zk_linked_exchange();
  int rank, ranks;
  if (!exchange || exchange->start(&rank, &ranks, never) || ranks != 2) return 1;
  float *own = calloc(count, sizeof *own), *piece = malloc(PIECE * sizeof *piece);
  if (!own || !piece) return 1;
  for (int round = 0; round < rounds; round++) {
    int64_t ready = 0;
    if (exchange->largest(&ready, 1)) return 1;
    const double start = MPI_Wtime();
    for (size_t first = 0; first < count; first += PIECE) {
      const size_t size = count - first < PIECE ? count - first : PIECE;
      if (rank == 1 && exchange->send(own + first, size * sizeof *own, 0)) return 1;
      if (rank == 0) {
        if (exchange->receive(piece, size * sizeof *own, 1)) return 1;
        for (size_t i = 0; i < size; i++) own[first + i] += piece[i];
      }
    }
    const double added = MPI_Wtime();
    if (exchange->broadcast(own, count * sizeof *own)) return 1;
    if (exchange->largest(&ready, 1)) return 1;
    if (rank == 0) {
      printf("{\"numbers\":%zu,\"gradients_seconds\":%.4f,\"weights_seconds\":%.4f}\n", count,
             added - start, MPI_Wtime() - added);
    }
  }
  exchange->finish();
}
