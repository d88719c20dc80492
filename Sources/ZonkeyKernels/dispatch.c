// The public entry points: each picks the variant for the processor it runs on.
//
// Plain branches on __builtin_cpu_supports rather than target_clones: clang refuses 64-byte vector
// parameters between functions of different targets, and ifunc is missing from some C libraries.
#include "kernel_list.h"
#include "zonkey_kernels.h"

#if defined(__x86_64__)
#define ZK_DISPATCH(result, name, parameters, arguments)                           \
  result name##_avx512 parameters;                                                 \
  result name##_avx2 parameters;                                                   \
  result name##_portable parameters;                                               \
  result name parameters {                                                         \
    if (__builtin_cpu_supports("x86-64-v4")) return name##_avx512 arguments;       \
    if (__builtin_cpu_supports("x86-64-v3")) return name##_avx2 arguments;         \
    return name##_portable arguments;                                              \
  }
#else
#define ZK_DISPATCH(result, name, parameters, arguments) \
  result name##_portable parameters;                     \
  result name parameters { return name##_portable arguments; }
#endif

const char *zk_kernel_variant(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return "AVX-512";
  if (__builtin_cpu_supports("x86-64-v3")) return "AVX2";
#endif
  return "any processor";
}

bool zk_has_integer_products(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v3");
#else
  return false;
#endif
}

ZK_KERNELS(ZK_DISPATCH)
