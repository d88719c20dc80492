// One translation unit holds all kernels for one instruction set: the including file sets
// KERNEL(name), the name of a variant, and KERNEL_TARGET where the set is not the build's own.
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_list.h"
#include "zonkey_kernels.h"

#define DECLARE_VARIANT(result, name, parameters, arguments) result KERNEL(name) parameters;
ZK_KERNELS(DECLARE_VARIANT)

// Vector parameters stay inside this file and are inlined, so their ABI does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#ifdef KERNEL_TARGET
#pragma clang attribute push(__attribute__((target(KERNEL_TARGET))), apply_to = function)
#endif

#include "vector_math.h"

#include "activations.h"
#include "attention.h"
#include "convolution.h"
#include "integer_product.h"
#include "local_attention.h"
#include "losses.h"
#include "optimiser.h"
#include "probabilities.h"
#include "product.h"
#include "random.h"
#include "rows.h"
#include "shifts.h"
#include "step_attention.h"
#include "symbol_attention.h"

#ifdef KERNEL_TARGET
#pragma clang attribute pop
#endif
