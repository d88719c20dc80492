// The baseline of the build: SSE2 on x86-64, NEON on arm64.
#define KERNEL(name) name##_portable
#include "all_kernels.h"
