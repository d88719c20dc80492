#if defined(__x86_64__)
#define KERNEL(name) name##_avx2
#define KERNEL_TARGET "arch=x86-64-v3"
#include "all_kernels.h"
#endif
