// Products of 8-bit integers: out = start + x · weightᵀ with both sides rounded, for inference.
//
// An instruction multiplies 32 or 64 pairs of them and adds neighbours: four times as many products as
// one of single precision, for two more instructions. Sums of integers are exact, so nothing depends on
// their order, nor on the processor. The inputs go by blocks: in a block, a row of x and a row of
// weights have a scale each, which brings the largest magnitude to 63 and to 127: the sum of two
// products must fit 16 bits, and the instruction wants the left side without sign, so that 64 is added
// to it; what that gives, 64 times the sum of a row of weights, is taken from where its sums start.
// Blocks are added in their order, in single precision.
//
// A group of 16 outputs is packed as their scales, then where their sums start, then the weights of all
// 16 by fours of inputs.
#pragma once
#include "product.h"

// INTEGER_REGISTER is the bytes of the widest register of integers, where there is one.

typedef int8_t vb __attribute__((ext_vector_type(64)));

enum { INTEGER_BLOCK = ZK_INTEGER_BLOCK };

// From row to row of rounded inputs: a constant, and no power of two, by which the rows of a tile
// would meet in the same sets of the cache.
enum { INTEGER_STRIDE = INTEGER_BLOCK + 64 };

// Rows that are rounded together, and pass each group of columns together.
enum { ROUNDED_ROWS = 8 * TILE_ROWS };

// The largest magnitudes of rounded numbers, and what is added to those of x.
enum { X_LIMIT = 63, WEIGHT_LIMIT = 127, X_ZERO = 64 };

// ---- Fours -----------------------------------------------------------------------------------

#if INTEGER_REGISTER == 64

/// sum[i] + Σ_j a[4i + j] · b[4i + j] in lane i, a without sign.
INLINE vi add_products(vi sum, vb a, vb b) {
  __m512i pairs = _mm512_maddubs_epi16((__m512i)a, (__m512i)b);
  return sum + (vi)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}

#elif INTEGER_REGISTER == 32

typedef long long integer_register __attribute__((ext_vector_type(4)));
typedef long long integer_vector __attribute__((ext_vector_type(8)));

INLINE integer_register four_products(integer_register a, integer_register b) {
  __m256i pairs = _mm256_maddubs_epi16((__m256i)a, (__m256i)b);
  return (integer_register)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

INLINE vi add_products(vi sum, vb a, vb b) {
  integer_vector x = (integer_vector)a, y = (integer_vector)b;
  integer_register low = four_products(x.lo, y.lo), high = four_products(x.hi, y.hi);
  return sum + (vi)__builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

#else

INLINE vi add_products(vi sum, vb a, vb b) {
  vi x = (vi)a, y = (vi)b;
  for (int bits = 0; bits < 32; bits += 8) sum += (x >> bits & 255) * (y << (24 - bits) >> 24);
  return sum;
}

#endif

// ---- Rounding --------------------------------------------------------------------------------

/// The 16 integers nearest to x · factor, `zero` more.
INLINE void round_vector(vf x, float factor, int zero, int8_t *rounded) {
  typedef int8_t narrow_vb __attribute__((ext_vector_type(16)));
  // Adding 1.5·2²³ leaves the nearest integer in the low bits.
  narrow_vb narrow = __builtin_convertvector((vi)(x * factor + 12582912.0f) + zero, narrow_vb);
  memcpy(rounded, &narrow, sizeof narrow);
}

/// Rounds `inputs` ≤ INTEGER_BLOCK numbers, and zeros up to whole vectors, to integers up to `limit`,
/// each `zero` more; the scale by which these are to be multiplied, NaN where a number is not finite.
/// Numbers that are all below 1e-30 count as zeros.
INLINE float round_block(const float *x, long inputs, int limit, int zero, int8_t *rounded) {
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
    memset(rounded, zero, (size_t)padded(inputs));
    return NAN;
  }
  float factor = largest < 1e-30f ? 0 : (float)limit / largest;
  for (k = 0; k < whole; k += LANES) round_vector(load(x + k), factor, zero, rounded + k);
  if (whole < inputs) round_vector(rest, factor, zero, rounded + whole);
  return largest / (float)limit;
}

/// Fours of so many inputs, the last filled with zeros.
INLINE long fours(long inputs) { return (inputs + 3) / 4; }

/// Floats that one group of outputs takes packed, in a block of `inputs`.
INLINE long packed_group(long inputs) { return LANES * (2 + fours(inputs)); }

void KERNEL(zk_pack_integers)(const float *weight, long outputs, long inputs, float *packed) {
  int8_t rounded[INTEGER_BLOCK];
  for (long first = 0; first < inputs; first += INTEGER_BLOCK) {
    long n = least(INTEGER_BLOCK, inputs - first);
    for (long o = 0; o < padded(outputs); o++) {
      float *group = packed + o / LANES * packed_group(n) + o % LANES;
      float scale = 0;
      memset(rounded, 0, sizeof rounded);
      if (o < outputs)
        scale = round_block(weight + o * inputs + first, n, WEIGHT_LIMIT, 0, rounded);
      int32_t start = 0;
      for (long k = 0; k < n; k++) start -= X_ZERO * rounded[k];
      group[0] = scale;
      // Integers take the places of floats.
      memcpy(group + LANES, &start, sizeof start);
      for (long four = 0; four < fours(n); four++)
        memcpy(group + (2 + four) * LANES, rounded + 4 * four, sizeof(float));
    }
    packed += padded(outputs) / LANES * packed_group(n);
  }
}

// ---- Products --------------------------------------------------------------------------------

/// Rows of x in one block of inputs, rounded.
typedef struct {
  int8_t values[ROUNDED_ROWS * INTEGER_STRIDE];
  float scales[ROUNDED_ROWS];
} rounded_rows;

/// The numbers of a row's four, in every lane.
INLINE vb splat_four(const rounded_rows *x, long row, long four) {
  int32_t numbers;
  memcpy(&numbers, x->values + row * INTEGER_STRIDE + 4 * four, sizeof numbers);
  return (vb)(vi)numbers;
}

/// One tile, rows of `x` from `row` on: row i is added to what row first + i starts with. n as in
/// product_tile.
INLINE void integer_tile(const int rows, const int vectors, const rounded_rows *x, long row,
                         const float *packed, const product_start *start, long inputs, long first,
                         long column, long outputs, const long n, float *out) {
  vi sum[TILE_ROWS][TILE_VECTORS];
  long group = packed_group(inputs);
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    vi zero;
    memcpy(&zero, packed + v * group + LANES, sizeof zero);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i][v] = zero;
  }
  for (long four = 0; four < fours(inputs); four++) {
    vb weight[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      memcpy(&weight[v], packed + v * group + (2 + four) * LANES, sizeof weight[v]);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] = add_products(sum[i][v], splat_four(x, row + i, four), weight[v]);
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
      for (long row = 0; row < count; row++)
        rounded.scales[row] = round_block(x + (first + row) * inputs + k, n, X_LIMIT, X_ZERO,
                                          rounded.values + row * INTEGER_STRIDE);
      integer_block(&rounded, count, weights, &start, n, first, outputs, out);
      weights += padded(outputs) / LANES * packed_group(n);
      start = (product_start){.residual = out};
    }
  }
}
