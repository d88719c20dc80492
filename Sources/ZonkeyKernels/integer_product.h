// Products of 16-bit integers: out = start + x · weightᵀ with both sides rounded, for inference.
//
// An instruction multiplies pairs of 16-bit integers and adds each pair in 32 bits: twice as many
// products as one of single precision. Sums of integers are exact, so nothing depends on their
// order. The inputs go by blocks: in a block, a row of x and a row of weights have a scale each,
// which brings the largest magnitude to the largest integer of which a block's sum cannot
// overflow, 2896 of 256 inputs. Blocks are added in their order, in single precision.
//
// A group of 16 outputs is packed as their scales, then the weights of all 16 by pairs of inputs.
#pragma once
#include "product.h"

// INTEGER_REGISTER is the bytes of the widest register of 16-bit integers, where there is one.

typedef int16_t vs __attribute__((ext_vector_type(32)));
typedef int16_t half_vs __attribute__((ext_vector_type(16)));

enum { INTEGER_BLOCK = ZK_INTEGER_BLOCK };

// From row to row of rounded inputs: a constant, and no power of two, by which the rows of a tile
// would meet in the same sets of the cache.
enum { INTEGER_STRIDE = INTEGER_BLOCK + 32 };

// Rows that are rounded together, and pass each group of columns together.
enum { ROUNDED_ROWS = 8 * TILE_ROWS };

// ---- Pairs -----------------------------------------------------------------------------------

#if INTEGER_REGISTER == 64

/// a[2i] · b[2i] + a[2i + 1] · b[2i + 1] in lane i.
INLINE vi pair_products(vs a, vs b) { return (vi)_mm512_madd_epi16((__m512i)a, (__m512i)b); }

#elif INTEGER_REGISTER == 32

typedef long long integer_register __attribute__((ext_vector_type(4)));
typedef long long integer_vector __attribute__((ext_vector_type(8)));

INLINE vi pair_products(vs a, vs b) {
  integer_vector x = (integer_vector)a, y = (integer_vector)b;
  integer_register low = (integer_register)_mm256_madd_epi16((__m256i)x.lo, (__m256i)y.lo);
  integer_register high = (integer_register)_mm256_madd_epi16((__m256i)x.hi, (__m256i)y.hi);
  return (vi)__builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

#else

INLINE vi pair_products(vs a, vs b) {
  vi x = (vi)a, y = (vi)b;
  return (x << 16 >> 16) * (y << 16 >> 16) + (x >> 16) * (y >> 16);
}

#endif

// ---- Rounding --------------------------------------------------------------------------------

/// The largest magnitude of integers of which sums over `inputs` products do not overflow.
INLINE float integer_limit(long inputs) {
  return (float)least(INT16_MAX, (long)sqrt((double)INT32_MAX / (double)inputs));
}

/// The 16 integers nearest to x · factor.
INLINE void round_vector(vf x, float factor, int16_t *rounded) {
  // Adding 1.5·2²³ leaves the nearest integer in the low bits.
  half_vs narrow = __builtin_convertvector((vi)(x * factor + 12582912.0f), half_vs);
  memcpy(rounded, &narrow, sizeof narrow);
}

/// Rounds `inputs` ≤ INTEGER_BLOCK numbers, followed by zeros up to whole vectors, to integers up to
/// `limit`; the scale by which these are to be multiplied, NaN where a number is not finite.
/// Numbers that are all below 1e-30 count as zeros.
INLINE float round_block(const float *x, long inputs, float limit, int16_t *rounded) {
  long whole = inputs / LANES * LANES, k;
  vf rest = load_first(x + whole, inputs - whole);
  vi bits = (vi)magnitude(rest);
  for (k = 0; k < whole; k += LANES) {
    vi next = (vi)magnitude(load(x + k));
    bits = next > bits ? next : bits;
  }
  // Magnitudes are in the order of their bits, infinity and NaN behind all others.
  int32_t largest_bits = __builtin_reduce_max(bits);
  float largest;
  memcpy(&largest, &largest_bits, sizeof largest);
  if (!isfinite(largest)) {
    memset(rounded, 0, (size_t)padded(inputs) * sizeof *rounded);
    return NAN;
  }
  float factor = largest < 1e-30f ? 0 : limit / largest;
  for (k = 0; k < whole; k += LANES) round_vector(load(x + k), factor, rounded + k);
  if (whole < inputs) round_vector(rest, factor, rounded + whole);
  return largest / limit;
}

/// Floats that one group of outputs takes packed, in a block of `inputs`.
INLINE long packed_group(long inputs) { return LANES * (1 + (inputs + 1) / 2); }

void KERNEL(zk_pack_integers)(const float *weight, long outputs, long inputs, float *packed) {
  int16_t rounded[INTEGER_BLOCK];
  for (long first = 0; first < inputs; first += INTEGER_BLOCK) {
    long n = least(INTEGER_BLOCK, inputs - first), pairs = (n + 1) / 2;
    for (long o = 0; o < padded(outputs); o++) {
      float *group = packed + o / LANES * packed_group(n);
      long lane = o % LANES;
      group[lane] = 0;
      if (o < outputs)
        group[lane] =
            round_block(weight + o * inputs + first, n, integer_limit(n), rounded);
      else
        memset(rounded, 0, sizeof rounded);
      // A pair takes the place of a float.
      for (long p = 0; p < pairs; p++)
        memcpy(group + (1 + p) * LANES + lane, rounded + 2 * p, sizeof(float));
    }
    packed += padded(outputs) / LANES * packed_group(n);
  }
}

// ---- Products --------------------------------------------------------------------------------

/// Rows of x in one block of inputs, rounded.
typedef struct {
  int16_t values[ROUNDED_ROWS * INTEGER_STRIDE];
  float scales[ROUNDED_ROWS];
} rounded_rows;

/// Both numbers of pair p of a row, in every lane.
INLINE vs splat_pair(const rounded_rows *x, long row, long p) {
  int32_t pair;
  memcpy(&pair, x->values + row * INTEGER_STRIDE + 2 * p, sizeof pair);
  return (vs)(vi)pair;
}

/// One tile, rows of `x` from `row` on: row i is added to what row first + i starts with. n as in
/// product_tile.
INLINE void integer_tile(const int rows, const int vectors, const rounded_rows *x, long row,
                         const float *packed, const product_start *start, long inputs, long first,
                         long column, long outputs, const long n, float *out) {
  vi sum[TILE_ROWS][TILE_VECTORS] = {0};
  long group = packed_group(inputs);
  for (long p = 0; p < (inputs + 1) / 2; p++) {
    vs weight[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      memcpy(&weight[v], packed + v * group + (1 + p) * LANES, sizeof weight[v]);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] += pair_products(splat_pair(x, row + i, p), weight[v]);
  }
  vf y[TILE_ROWS][TILE_VECTORS];
  tile_start(rows, vectors, start, first + row, column, outputs, n, y);
  out += (first + row) * outputs + column;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      vf scale = x->scales[row + i] * load(packed + v * group);
      y[i][v] += __builtin_convertvector(sum[i][v], vf) * scale;
      store_first(out + i * outputs + v * LANES, y[i][v], n);
    }
}

/// The tiles of all rows at `column`; `vectors` and n as in product_tile.
INLINE void integer_columns(const int vectors, const rounded_rows *x, long rows,
                            const float *packed, const product_start *start, long inputs,
                            long first, long column, long outputs, const long n, float *out) {
  for (long row = 0; row < rows;) {
    const long count = tile_rows(rows - row);
#define COLUMN_ROWS(tile) \
  integer_tile(tile, vectors, x, row, packed, start, inputs, first, column, outputs, n, out)
    WITH_TILE_ROWS(count, COLUMN_ROWS)
#undef COLUMN_ROWS
    row += count;
  }
}

/// The last columns, which do not fill a vector; see product_tail.
static __attribute__((noinline)) void integer_tail(const rounded_rows *x, long rows,
                                                   const float *packed,
                                                   const product_start *start, long inputs,
                                                   long first, long column, long outputs,
                                                   float *out) {
  integer_columns(1, x, rows, packed, start, inputs, first, column, outputs, outputs - column, out);
}

/// The product of `rows` rounded rows with the weights of one block of inputs.
INLINE void integer_block(const rounded_rows *x, long rows, const float *packed,
                          const product_start *start, long inputs, long first, long outputs,
                          float *out) {
  const long group = packed_group(inputs);
  long column = 0;
  for (; column + TILE_VECTORS * LANES <= outputs; column += TILE_VECTORS * LANES)
    integer_columns(TILE_VECTORS, x, rows, packed + column / LANES * group, start, inputs, first,
                    column, outputs, LANES, out);
  if (TILE_VECTORS > 1)
    for (; column + LANES <= outputs; column += LANES)
      integer_columns(1, x, rows, packed + column / LANES * group, start, inputs, first, column,
                      outputs, LANES, out);
  if (column < outputs)
    integer_tail(x, rows, packed + column / LANES * group, start, inputs, first, column, outputs,
                 out);
}

void KERNEL(zk_integer_product)(const float *x, const float *packed, const float *bias,
                                const float *residual, const float *table, const int32_t *row_of,
                                long rows, long inputs, long outputs, float *out) {
  rounded_rows rounded;
  for (long first = 0; first < rows; first += ROUNDED_ROWS) {
    long count = least(ROUNDED_ROWS, rows - first);
    product_start start = {bias, residual, table, row_of};
    const float *weights = packed;
    for (long k = 0; k < inputs; k += INTEGER_BLOCK) {
      long n = least(INTEGER_BLOCK, inputs - k);
      float limit = integer_limit(n);
      for (long row = 0; row < count; row++)
        rounded.scales[row] = round_block(x + (first + row) * inputs + k, n, limit,
                                          rounded.values + row * INTEGER_STRIDE);
      integer_block(&rounded, count, weights, &start, n, first, outputs, out);
      weights += padded(outputs) / LANES * packed_group(n);
      start = (product_start){.residual = out};
    }
  }
}
