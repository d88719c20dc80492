#if defined(__x86_64__)
#define KERNEL(name) name##_avx512
#define KERNEL_TARGET "arch=x86-64-v4"
// 24 sums, two vectors of weights and one input fill most of the 32 registers.
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define INTEGER_REGISTER 64
#define ATTENTION_VECTORS 2
#include "all_kernels.h"
#endif
