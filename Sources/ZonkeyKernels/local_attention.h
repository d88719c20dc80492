// The splitter's attention: each query sees a window of 2·half + 1 keys around it.
//
// Work goes by blocks of 16 queries, the lanes, and offsets in the window: p[o][query] belongs to
// the key o - half behind the query. Keys are transposed, so that those of 16 queries at an offset
// are one vector. Scores are clamped to ±60, so that e^score needs no shift by the maximum.
#pragma once
#include "rows_and_tiles.h"

enum { LOCAL_SPAN = 64 };  // queries whose keys are packed at a time, a multiple of 16

typedef struct {
  long half, window, rows;     // rows: keys in reach of a span, in whole vectors
  float scale;
  float *k, *v, *kt, *vt;      // keys and values of a span: packed [rows, W], transposed [W, rows]
  float *positions;            // [window, W]
  float *q, *qt, *o;           // a block's queries [16, W], [W, 16] and outputs [16, W]
  float *scores, *p;           // [window, 16]; `p` between TILE - 1 rows of zeros on both sides
  float *d_o, *d_ot, *ds;      // the backward's, like o, qt and p
  float *k_sum, *v_sum;        // and like k and v
  float *memory;
} local_scratch;

INLINE local_scratch local_prepare(const float *positions, long half, long E, int backward) {
  const long W = padded(E), window = 2 * half + 1, rows = padded(LOCAL_SPAN + 2 * half);
  const long around = (window + 2 * (TILE - 1)) * LANES;
  local_scratch s = {.half = half, .window = window, .rows = rows, .scale = 1.0f / sqrtf((float)E)};
  // The last tile of k_sum and v_sum may end behind the span.
  const long sums = (rows + TILE) * W;
  float *scratch = scratch_floats(4 * rows * W + 2 * sums + window * (W + LANES) +
                                  5 * LANES * W + 2 * around);
  s.memory = scratch;
  s.k = take(&scratch, rows * W);
  s.v = take(&scratch, rows * W);
  s.kt = take(&scratch, rows * W);
  s.positions = take(&scratch, window * W);
  s.q = take(&scratch, LANES * W);
  s.qt = take(&scratch, LANES * W);
  s.o = take(&scratch, LANES * W);
  s.scores = take(&scratch, window * LANES);
  s.p = take(&scratch, around);
  clear(s.p, around);
  s.p += (TILE - 1) * LANES;
  if (backward) {
    s.vt = take(&scratch, rows * W);
    s.d_o = take(&scratch, LANES * W);
    s.d_ot = take(&scratch, LANES * W);
    s.k_sum = take(&scratch, sums);
    s.v_sum = take(&scratch, sums);
    s.ds = take(&scratch, around);
    clear(s.ds, around);
    s.ds += (TILE - 1) * LANES;
  }
  pack_rows(positions, E, window, window, E, NULL, 1, s.positions);
  return s;
}

/// Packs the keys (or values) in reach of the span of queries from `start`: row 0 is position
/// start - half, rows outside the document are zero.
INLINE void local_pack(const float *x, long stride, long start, long length, long E,
                       const local_scratch *s, float *rows) {
  const long first = start - s->half, before = first < 0 ? -first : 0;
  const long count = least(s->rows, length - first) - before;
  clear(rows, before * padded(E));
  pack_rows(x + (first + before) * stride, stride, count, s->rows - before, E, NULL,
            1, rows + before * padded(E));
}

INLINE void local_transpose(const float *x, long E, const local_scratch *s, float *out) {
  for (long i = 0; i < s->rows; i += LANES)
    transpose_block(x + i * padded(E), E, out + i, s->rows);
}

/// The same for all offsets of the window, the part o of the transposed rows being the row i + o.
INLINE void local_products(const float *xt, const float *rows, const float *positions, long E,
                           const local_scratch *s, float *products) {
  column_products(xt, rows, s->rows, 1, positions, E, s->window, products);
}

/// Unscaled probabilities in s->p of the block of queries from `first`, row `local` of the span,
/// and their scores; returns the factors that make them probabilities.
INLINE vf local_probabilities(const float *q, long stride, long first, long local, long length,
                              long E, const local_scratch *s) {
  pack_rows(q + first * stride, stride, least(LANES, length - first), LANES, E,
            s->positions + s->half * padded(E), s->scale, s->q);
  transpose_block(s->q, E, s->qt, LANES);
  local_products(s->qt, s->kt + local, s->positions, E, s, s->scores);
  vf sum = splat(0);
  for (long o = 0; o < s->window; o++) {
    vi key = lane_index() + (int)(first + o - s->half);
    vf e = exponential(at_most(at_least(load(s->scores + o * LANES), -60.0f), 60.0f));
    e = choose((key >= 0) & (key < (int)length), e, splat(0));
    store(s->p + o * LANES, e);
    sum += e;
  }
  return choose(sum == 0.0f, splat(0), 1.0f / sum);
}

/// out[query, :] = Σ_o w[o][query] * x[query + o, :]. A tile goes over the union of its windows:
/// the zeros around w are what a query does not see.
INLINE void local_sums(const float *w, const float *x, long rows, long E, const local_scratch *s,
                       float *out) {
  const long W = padded(E);
  for (long r = 0; r < rows; r += TILE)
    tile_product(w + r, 1 - LANES, LANES, x + r * W, W, s->window + TILE - 1, W, out + r * W, W, 0);
}

/// into[query + o, :] += w[o][query] * x[query, :].
INLINE void local_scatter(const float *w, const float *x, long rows, long E,
                          const local_scratch *s, float *into) {
  const long W = padded(E);
  for (long u = 0; u < rows + s->window - 1; u += TILE) {
    const long low = u < s->window ? 0 : u - s->window + 1, high = least(rows, u + TILE);
    tile_product(w + (u - low) * LANES + low, LANES, 1 - LANES, x + low * W, W, high - low, W,
                 into + u * W, W, 1);
  }
}

INLINE void local_forward(const float *projected, const int32_t *offsets, long documents,
                          long width, long heads, long half, const float *positions, float *out,
                          long E) {
  const long W = padded(E), stride = 4 * width;
  local_scratch s = local_prepare(positions, half, E, 0);
  for (long b = 0; b < documents; b++) {
    const long length = offsets[b + 1] - offsets[b];
    for (long start = 0; start < length; start += LOCAL_SPAN)
      for (long h = 0; h < heads; h++) {
        const float *q = projected + offsets[b] * stride + h * E, *gate = q + 3 * width;
        local_pack(q + width, stride, start, length, E, &s, s.k);
        local_pack(q + 2 * width, stride, start, length, E, &s, s.v);
        local_transpose(s.k, E, &s, s.kt);
        const long end = least(start + LOCAL_SPAN, length);
        for (long i = start; i < end; i += LANES) {
          const long rows = least(LANES, end - i), local = i - start;
          vf factor = local_probabilities(q, stride, i, local, length, E, &s);
          local_sums(s.p, s.v + local * W, rows, E, &s, s.o);
          for (long r = 0; r < rows; r++)
            for (long c = 0; c < E; c += LANES) {
              vf x = load(s.o + r * W + c) * factor[r];
              x = gated(x, load_first(gate + (i + r) * stride + c, E - c));
              store_first(out + (offsets[b] - offsets[0] + i + r) * width + h * E + c, x, E - c);
            }
        }
      }
  }
  free(s.memory);
}

void KERNEL(zk_local_attention_forward)(const float *projected, const int32_t *offsets,
                                        long documents, long width, long heads, long half,
                                        const float *positions, float *out) {
  const long E = width / heads;
#define CALL(n) local_forward(projected, offsets, documents, width, heads, half, positions, out, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}

/// d score in s->ds, from dp there and the probabilities.
INLINE void local_score_gradients(const local_scratch *s) {
  vf mean = splat(0);
  for (long o = 0; o < s->window; o++) mean += load(s->p + o * LANES) * load(s->ds + o * LANES);
  for (long o = 0; o < s->window; o++) {
    vi clamped = magnitude(load(s->scores + o * LANES)) > 60.0f;
    vf d = load(s->p + o * LANES) * (load(s->ds + o * LANES) - mean);
    store(s->ds + o * LANES, choose(clamped, splat(0), d));
  }
}

INLINE void local_backward(const float *projected, const int32_t *offsets, long documents,
                           long width, long heads, long half, const float *positions,
                           const float *dout, float *dprojected, long E) {
  const long W = padded(E), stride = 4 * width;
  local_scratch s = local_prepare(positions, half, E, 1);
  for (long b = 0; b < documents; b++) {
    const long length = offsets[b + 1] - offsets[b];
    for (long start = 0; start < length; start += LOCAL_SPAN)
      for (long h = 0; h < heads; h++) {
        const float *q = projected + offsets[b] * stride + h * E;
        float *dq = dprojected + offsets[b] * stride + h * E;
        local_pack(q + width, stride, start, length, E, &s, s.k);
        local_pack(q + 2 * width, stride, start, length, E, &s, s.v);
        local_transpose(s.k, E, &s, s.kt);
        local_transpose(s.v, E, &s, s.vt);
        clear(s.k_sum, s.rows * W);
        clear(s.v_sum, s.rows * W);
        const long end = least(start + LOCAL_SPAN, length);
        for (long i = start; i < end; i += LANES) {
          const long rows = least(LANES, end - i), local = i - start;
          vf factor = local_probabilities(q, stride, i, local, length, E, &s);
          for (long o = 0; o < s.window; o++)
            store(s.p + o * LANES, load(s.p + o * LANES) * factor);
          local_sums(s.p, s.v + local * W, rows, E, &s, s.o);
          for (long r = 0; r < rows; r++) {
            const long gate = (i + r) * stride + 3 * width;
            gate_backward(q + gate, dout + (offsets[b] - offsets[0] + i + r) * width + h * E,
                          dq + gate, s.o + r * W, E, s.d_o + r * W);
          }
          clear(s.d_o + rows * W, (LANES - rows) * W);
          transpose_block(s.d_o, E, s.d_ot, LANES);
          local_products(s.d_ot, s.vt + local, NULL, E, &s, s.ds);
          local_score_gradients(&s);
          local_sums(s.ds, s.k + local * W, rows, E, &s, s.o);
          for (long r = 0; r < rows; r += TILE)
            tile_product(s.ds + r, 1, LANES, s.positions, W, s.window, W, s.o + r * W, W, 1);
          for (long r = 0; r < rows; r++)
            for (long c = 0; c < E; c += LANES)
              add_first(dq + (i + r) * stride + c, load(s.o + r * W + c) * s.scale, E - c);
          local_scatter(s.ds, s.q, rows, E, &s, s.k_sum + local * W);
          local_scatter(s.p, s.d_o, rows, E, &s, s.v_sum + local * W);
        }
        const long first = start - half;
        for (long u = first < 0 ? -first : 0; u < least(s.rows, length - first); u++)
          for (long c = 0; c < E; c += LANES) {
            float *dk = dq + (first + u) * stride + width + c;
            add_first(dk, load(s.k_sum + u * W + c), E - c);
            add_first(dk + width, load(s.v_sum + u * W + c), E - c);
          }
      }
  }
  free(s.memory);
}

void KERNEL(zk_local_attention_backward)(const float *projected, const int32_t *offsets,
                                         long documents, long width, long heads, long half,
                                         const float *positions, const float *dout,
                                         float *dprojected) {
  const long E = width / heads;
#define CALL(n) local_backward(projected, offsets, documents, width, heads, half, positions, dout, dprojected, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}
