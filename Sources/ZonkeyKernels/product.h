// Products with packed weights: out = start + x · weightᵀ.
//
// A register tile of TILE_ROWS × TILE_VECTORS vectors is summed over the inputs in their order,
// one fused multiply-add an input: an output depends on its own row and weights and on nothing
// else, whatever stands beside it in the call. Packing puts 16 outputs side by side, input after
// input, so that every load of weights is one whole vector; x is read where it lies, one number for
// a whole row of sums. A single output would waste 15 of 16 lanes, so it is summed lane by lane.
#pragma once
#include "vector_math.h"

#ifndef TILE_ROWS
#define TILE_ROWS 4
#define TILE_VECTORS 1
#endif

/// Rows that pass each group of columns together: weights come from memory once for them, and the
/// rows themselves stay in the first cache, as far as that goes. The last block may be less than a
/// tile longer, so that its last two tiles can share their rows.
INLINE long product_block_rows(long inputs) {
  const long near = 6144;  // floats of x that stay in the first cache
  return TILE_ROWS * least(16, most(4, near / inputs / TILE_ROWS));
}

/// The weights of a single output: as they are, zeros up to a whole vector.
INLINE void pack_single(const float *weight, long inputs, float *packed) {
  for (long k = 0; k < inputs; k += LANES) store(packed + k, load_first(weight + k, inputs - k));
}

void KERNEL(zk_pack_weights)(const float *weight, long outputs, long inputs, float *packed) {
  if (outputs == 1) {
    pack_single(weight, inputs, packed);
    return;
  }
  for (long o = 0; o < outputs; o += LANES) {
    const long n = least(LANES, outputs - o), whole = n == LANES ? inputs - inputs % LANES : 0;
    const float *row[LANES];
    for (long lane = 0; lane < LANES; lane++) row[lane] = weight + (o + least(lane, n - 1)) * inputs;
    transpose_rows(row, whole, 1, NULL, packed, LANES);
    packed += whole * LANES;
    for (long k = whole; k < inputs; k++, packed += LANES)
      for (long lane = 0; lane < LANES; lane++)
        packed[lane] = lane < n ? weight[(o + lane) * inputs + k] : 0;
  }
}

void KERNEL(zk_pack_transposed)(const float *weight, long outputs, long inputs, float *packed) {
  if (inputs == 1) {
    pack_single(weight, outputs, packed);
    return;
  }
  const long few = 8;  // rows that are read from end to end together: rows lie pages apart
  for (long first = 0; first < outputs; first += few)
    for (long i = 0; i < inputs; i += LANES)
      for (long o = first; o < least(first + few, outputs); o++)
        store(packed + i * outputs + o * LANES, load_first(weight + o * inputs + i, inputs - i));
}

/// What a product is added to: the three sums of zk_start_rows.
typedef struct {
  const float *bias, *residual, *table;
  const int32_t *row_of;
} product_start;

/// What the single output of a row is added to.
INLINE float single_start(const product_start *start, long row) {
  float x = start->bias ? start->bias[0] : 0;
  if (start->residual) x += start->residual[row];
  if (start->table) x += start->table[start->row_of[row]];
  return x;
}

/// What a tile is added to: `rows` rows from `row`, n columns from `column` in each vector.
INLINE void tile_start(const int rows, const int vectors, const product_start *start, long row,
                       long column, long outputs, const long n,
                       vf sum[TILE_ROWS][TILE_VECTORS]) {
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const long c = column + v * LANES;
    vf bias = start->bias ? load_first(start->bias + c, n) : splat(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i][v] = bias;
  }
  if (start->residual)
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] += load_first(start->residual + (row + i) * outputs + column + v * LANES, n);
  if (start->table)
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] += load_first(
            start->table + (long)start->row_of[row + i] * outputs + column + v * LANES, n);
}

/// Adds what the next `count` inputs give to a tile. Every third row has a pointer, which moves on,
/// and hides from the compiler, which would otherwise compute one for each row at each input: two
/// threads of one core share the instructions that it can take in.
INLINE void product_inputs(const int count, const int rows, const int vectors,
                           const float *third[], const float *packed, long inputs,
                           vf sum[TILE_ROWS][TILE_VECTORS]) {
#pragma clang loop unroll(full)
  for (int k = 0; k < count; k++) {
    vf weight[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) weight[v] = load(packed + (v * inputs + k) * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] += splat(third[i / 3][i % 3 * inputs + k]) * weight[v];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i += 3) {
    third[i / 3] += count;
    __asm__("" : "+r"(third[i / 3]));
  }
}

/// One tile: `rows` ≤ TILE_ROWS and `vectors` are constants where this is inlined, and so is n, the
/// columns in each vector, but in the last vector of a row.
INLINE void product_tile(const int rows, const int vectors, const float *x, const float *packed,
                         const product_start *start, long inputs, long row, long column,
                         long outputs, const long n, float *out) {
  vf sum[TILE_ROWS][TILE_VECTORS];
  tile_start(rows, vectors, start, row, column, outputs, n, sum);
  const float *third[(TILE_ROWS + 2) / 3];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i += 3) third[i / 3] = x + (row + i) * inputs;
  long k = 0;
  for (; k + 8 <= inputs; k += 8)
    product_inputs(8, rows, vectors, third, packed + k * LANES, inputs, sum);
  for (; k < inputs; k++)
    product_inputs(1, rows, vectors, third, packed + k * LANES, inputs, sum);
  out += row * outputs + column;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store_first(out + i * outputs + v * LANES, sum[i][v], n);
}

/// The rows of the next tile when `left` are left: the last two are about equal, since tiles of few
/// rows wait for their sums.
INLINE long tile_rows(long left) {
  if (left >= 2 * TILE_ROWS || left == TILE_ROWS) return TILE_ROWS;
  return left > TILE_ROWS ? (left + 1) / 2 : left;
}

/// body(n) with `count` as a constant n ≤ TILE_ROWS.
#define WITH_TILE_ROWS(count, body)   \
  switch (count) {                    \
    TILE_ROWS_CASE(1, body)           \
    TILE_ROWS_CASE(2, body)           \
    TILE_ROWS_CASE(3, body)           \
    TILE_ROWS_CASE(4, body)           \
    TILE_ROWS_CASE(5, body)           \
    TILE_ROWS_CASE(6, body)           \
    TILE_ROWS_CASE(7, body)           \
    TILE_ROWS_CASE(8, body)           \
    TILE_ROWS_CASE(9, body)           \
    TILE_ROWS_CASE(10, body)          \
    TILE_ROWS_CASE(11, body)          \
    TILE_ROWS_CASE(12, body)          \
  }
// Cases beyond the tile are never reached; they repeat the first.
#define TILE_ROWS_CASE(n, body)       \
  case n:                             \
    body((n) <= TILE_ROWS ? (n) : 1); \
    break;

/// The tiles of the rows first ..< end at `column`; `vectors` and n as in product_tile.
INLINE void product_columns(const int vectors, const float *x, const float *packed,
                            const product_start *start, long first, long end, long inputs,
                            long column, long outputs, const long n, float *out) {
  for (long row = first; row < end;) {
    const long count = tile_rows(end - row);
#define COLUMN_ROWS(rows) \
  product_tile(rows, vectors, x, packed, start, inputs, row, column, outputs, n, out)
    WITH_TILE_ROWS(count, COLUMN_ROWS)
#undef COLUMN_ROWS
    row += count;
  }
}

/// The last columns, which do not fill a vector. Apart from the rest, whose registers this would
/// need.
static __attribute__((noinline)) void product_tail(const float *x, const float *packed,
                                                   const product_start *start, long first, long end,
                                                   long inputs, long column, long outputs,
                                                   float *out) {
  product_columns(1, x, packed, start, first, end, inputs, column, outputs, outputs - column, out);
}

/// All columns of the rows first ..< end.
INLINE void product_block(const float *x, const float *packed, const product_start *start,
                          long first, long end, long inputs, long outputs, float *out) {
  long column = 0;
  for (; column + TILE_VECTORS * LANES <= outputs; column += TILE_VECTORS * LANES)
    product_columns(TILE_VECTORS, x, packed + column * inputs, start, first, end, inputs, column,
                    outputs, LANES, out);
  if (TILE_VECTORS > 1)
    for (; column + LANES <= outputs; column += LANES)
      product_columns(1, x, packed + column * inputs, start, first, end, inputs, column, outputs,
                      LANES, out);
  if (column < outputs)
    product_tail(x, packed + column * inputs, start, first, end, inputs, column, outputs, out);
}

/// Four rows at a time; those past the last are the last again.
INLINE void product_single(const float *x, const float *weight, const product_start *start,
                           long rows, long inputs, float *out) {
  for (long first = 0; first < rows; first += 4) {
    vf sum[4] = {0};
    for (long k = 0; k < inputs; k += LANES) {
      vf w = load(weight + k);
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++)
        sum[i] += load_first(x + least(first + i, rows - 1) * inputs + k, inputs - k) * w;
    }
    vf sums = sums_of_four(sum);
    for (long i = 0; i < least(4, rows - first); i++)
      out[first + i] = single_start(start, first + i) + sums[i];
  }
}

void KERNEL(zk_product)(const float *x, const float *packed, const float *bias,
                        const float *residual, const float *table, const int32_t *row_of,
                        long rows, long inputs, long outputs, float *out) {
  product_start start = {bias, residual, table, row_of};
  if (outputs == 1) {
    product_single(x, packed, &start, rows, inputs, out);
    return;
  }
  const long block = product_block_rows(inputs);
  for (long first = 0; first < rows;) {
    const long left = rows - first, now = left < block + TILE_ROWS ? left : block;
    product_block(x, packed, &start, first, first + now, inputs, outputs, out);
    first += now;
  }
}
