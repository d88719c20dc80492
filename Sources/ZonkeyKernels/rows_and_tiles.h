// What the attention kernels share: rows of E floats packed to whole vectors, products of them by
// register tiles, and the ladder of widths that heads have.
#pragma once
#include "vector_math.h"

/// call(n) with the width E of a head as a constant n where it is a common one. On x86-64 the
/// portable variant is for processors of before 2013, which get on without.
#if defined(__x86_64__) && !defined(KERNEL_TARGET)
#define WITH_HEAD_WIDTH(E, call) call(E);
#else
#define WITH_HEAD_WIDTH(E, call) \
  if ((E) == 16) call(16);       \
  else if ((E) == 32) call(32);  \
  else if ((E) == 64) call(64);  \
  else call(E);
#endif

enum { TILE = 4 };  // rows of a product's register tile

#ifndef ATTENTION_VECTORS
#define ATTENTION_VECTORS 1  // and its columns, in vectors
#endif

/// One tile: `vectors` is a constant where this is inlined.
INLINE void tile_columns(const int vectors, const float *a, long a_row, long a_column,
                         const float *b, long b_row, long depth, float *c, long c_row,
                         const int adds) {
  vf sum[TILE][ATTENTION_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sum[r][v] = adds ? load(c + r * c_row + v * LANES) : splat(0);
  for (long l = 0; l < depth; l++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      vf x = load(b + l * b_row + v * LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) sum[r][v] += a[r * a_row + l * a_column] * x;
    }
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(c + r * c_row + v * LANES, sum[r][v]);
}

/// c[r, :] = Σ_l a(r, l) * b[l, :] for the TILE rows of c, added to what is there if `adds`; a(r, l)
/// is a[r * a_row + l * a_column]. `columns` is a multiple of 16.
INLINE void tile_product(const float *a, long a_row, long a_column, const float *b, long b_row,
                         long depth, long columns, float *c, long c_row, const int adds) {
  long j = 0;
  for (; j + ATTENTION_VECTORS * LANES <= columns; j += ATTENTION_VECTORS * LANES)
    tile_columns(ATTENTION_VECTORS, a, a_row, a_column, b + j, b_row, depth, c + j, c_row, adds);
  for (; j < columns; j += LANES)
    tile_columns(1, a, a_row, a_column, b + j, b_row, depth, c + j, c_row, adds);
}

INLINE long tiled(long rows) { return (rows + TILE - 1) / TILE * TILE; }

INLINE void clear(float *x, long count) { memset(x, 0, (size_t)count * sizeof(float)); }

/// Copies `rows` rows of E floats into rows of padded(E): (row + added) * scale, where `added` may
/// be NULL. Rows up to `total` are zero.
INLINE void pack_rows(const float *x, long stride, long rows, long total, long E,
                      const float *added, float scale, float *out) {
  for (long i = 0; i < rows; i++)
    for (long c = 0; c < E; c += LANES) {
      vf row = load_first(x + i * stride + c, E - c);
      if (added) row += load_first(added + c, E - c);
      store(out + i * padded(E) + c, row * scale);
    }
  clear(out + rows * padded(E), (total - rows) * padded(E));
}

/// out[c, i] = x[i, c] for 16 packed rows of padded(E).
INLINE void transpose_block(const float *x, long E, float *out, long out_stride) {
  const float *row[LANES];
  for (long i = 0; i < LANES; i++) row[i] = x + i * padded(E);
  transpose_rows(row, padded(E), 1, NULL, out, out_stride);
}

/// p becomes e^(p - top) for `count` vectors; returns their sum.
INLINE vf exponentials(float *p, long count, vf top) {
  vf sum = splat(0);
  for (long j = 0; j < count; j++) {
    vf e = decay(load(p + j * LANES) - top);
    store(p + j * LANES, e);
    sum += e;
  }
  return sum;
}

/// `count` vectors times `factor`.
INLINE void scale_vectors(float *p, long count, vf factor) {
  for (long j = 0; j < count; j++) store(p + j * LANES, load(p + j * LANES) * factor);
}

/// Takes `count` floats, a multiple of 16, from a scratch block.
INLINE float *take(float **scratch, long count) {
  float *p = *scratch;
  *scratch += count;
  return p;
}

/// The gradient of the output before the gate, and the gate's own: o is that output.
INLINE void gate_backward(const float *gate, const float *dout, float *dgate, const float *o,
                          long E, float *d_o) {
  for (long c = 0; c < E; c += LANES) {
    vf d = load_first(dout + c, E - c);
    if (gate) {
      vf g = gated(splat(1), load_first(gate + c, E - c));
      if (dgate) add_first(dgate + c, d * load(o + c) * (g * (1.0f - g)), E - c);
      d *= g;
    }
    store(d_o + c, d);
  }
}

/// `count` rows of column_products, a constant.
INLINE void column_products_tile(const int count, const float *xt, const float *y, long stride,
                                 long next, const float *positions, long E, float *products) {
  vf sum[TILE];
#pragma clang loop unroll(full)
  for (int o = 0; o < count; o++) sum[o] = splat(0);
  for (long c = 0; c < E; c++) {
    vf x = load(xt + c * LANES);
#pragma clang loop unroll(full)
    for (int o = 0; o < count; o++) {
      vf column = load(y + c * stride + o * next);
      if (positions) column += positions[o * padded(E) + c];
      sum[o] += x * column;
    }
  }
#pragma clang loop unroll(full)
  for (int o = 0; o < count; o++) store(products + o * LANES, sum[o]);
}

/// products[o][i] = x[i, :]·(row i of y's part o, plus position o where there are positions) for
/// `count` parts, `next` floats apart. x and y stand in columns of 16: those of x one after the
/// other, those of y `stride` floats apart.
INLINE void column_products(const float *xt, const float *y, long stride, long next,
                            const float *positions, long E, long count, float *products) {
  long o = 0;
  for (; o + TILE <= count; o += TILE)
    column_products_tile(TILE, xt, y + o * next, stride, next,
                         positions ? positions + o * padded(E) : NULL, E, products + o * LANES);
  for (; o < count; o++)
    column_products_tile(1, xt, y + o * next, stride, next,
                         positions ? positions + o * padded(E) : NULL, E, products + o * LANES);
}
