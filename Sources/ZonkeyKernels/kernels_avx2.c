#if defined(__x86_64__)
#define KERNEL(name) name##_avx2
#define KERNEL_TARGET "arch=x86-64-v3"
// A vector is two registers: 12 of the 16 hold sums.
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define INTEGER_REGISTER 32
#include "all_kernels.h"
#endif
