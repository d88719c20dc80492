// Attention over packed segments.
//
// Work goes by segments, heads and blocks of 16 queries, or of up to 8 queries of two heads side by
// side. Scores stand as p[key][query], the queries of a block being the lanes: the softmax needs no
// sums across lanes, and no key is padded. Rows of E floats (outputs and gradients) have their
// columns as lanes. Both come from the same product.
// Nothing is saved by the forward: the backward computes the probabilities again.
#pragma once
#include "rows_and_tiles.h"

enum { HALF = LANES / 2 };  // lanes of each of two heads that share a block

typedef struct {
  long keys;                   // of the segment in work
  long heads, stride;          // floats from head to head in what all heads have
  float *log, *mask;           // [keys]: log existence; 0, or -∞ for masked keys
  float *k, *v;                // of all heads: [keys, W], up to a whole tile
  float *bias;                 // of a block: what is added to its scores, [keys, 16]
  float *qt;                   // queries, scaled, [W, 16]
  float *p, *o;                // probabilities [keys, 16]; outputs [16, W]
  float *q, *d_o, *d_ot, *ds;  // the backward's: like o, o, qt and p
  float *k_sum, *v_sum;        // gradients like k and v
  float *dlog;                 // [keys, 16], a segment's gradients of log_k by lane
  float *memory;
} attention_scratch;

INLINE attention_scratch attention_prepare(const zk_attention *a, long E, int backward) {
  long longest = 0;
  for (long n = 0; n < a->segments; n++) {
    long length = a->k_offsets[n + 1] - a->k_offsets[n];
    if (length > longest) longest = length;
  }
  const long keys = padded(longest), block = LANES * padded(E);
  attention_scratch s = {.heads = a->heads, .stride = keys * padded(E)};
  const long rows = a->heads * s.stride;
  float *scratch = scratch_floats(4 * rows + 5 * block + (4 * LANES + 2) * keys);
  s.memory = scratch;
  s.log = take(&scratch, keys);
  s.mask = take(&scratch, keys);
  s.k = take(&scratch, rows);
  s.v = take(&scratch, rows);
  s.bias = take(&scratch, keys * LANES);
  s.qt = take(&scratch, block);
  s.p = take(&scratch, keys * LANES);
  s.o = take(&scratch, block);
  if (backward) {
    s.q = take(&scratch, block);
    s.d_o = take(&scratch, block);
    s.d_ot = take(&scratch, block);
    s.ds = take(&scratch, keys * LANES);
    s.k_sum = take(&scratch, rows);
    s.v_sum = take(&scratch, rows);
    s.dlog = take(&scratch, keys * LANES);
  }
  return s;
}

/// Packs the keys (or values) of all heads; the last row again up to a whole tile, whose products
/// nobody reads.
INLINE void attention_pack(const float *x, long stride, long E, const attention_scratch *s,
                           float *out) {
  const long W = padded(E);
  for (long h = 0; h < s->heads; h++, x += E, out += s->stride) {
    pack_rows(x, stride, s->keys, s->keys, E, NULL, 1, out);
    for (long i = s->keys; i < tiled(s->keys); i++)
      for (long c = 0; c < W; c += LANES)
        store(out + i * W + c, load(out + (s->keys - 1) * W + c));
  }
}

INLINE void attention_segment(const zk_attention *a, long segment, long E, attention_scratch *s) {
  const long start = a->k_offsets[segment];
  s->keys = a->k_offsets[segment + 1] - start;
  for (long j = 0; j < s->keys; j++) {
    s->log[j] = a->log_k ? a->log_k[start + j] : 0;
    s->mask[j] = s->log[j] == -INFINITY ? -INFINITY : 0;
  }
  attention_pack(a->k + start * a->k_stride, a->k_stride, E, s, s->k);
  attention_pack(a->v + start * a->v_stride, a->v_stride, E, s, s->v);
}

/// Queries whose lanes share a vector.
typedef struct {
  long row, rows;    // the first one's row, and their number
  long head, heads;  // the head in work; 2 when the next head has the upper half
  vf log_q;          // their log existence
  vi places;         // where they stand in their segment
} attention_block;

/// The lower half in both, where two heads can share the lanes.
INLINE vf for_each_head(vf x, long rows) {
  if (rows > HALF) return x;
  return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
}

/// The block of a segment's queries from `first` on, and its s->bias, which all heads share.
INLINE attention_block attention_block_at(const zk_attention *a, long segment, long first,
                                          const attention_scratch *s) {
  const long start = a->q_offsets[segment], queries = a->q_offsets[segment + 1] - start;
  attention_block b = {.row = start + first, .rows = least(LANES, queries - first)};
  b.log_q = a->log_q ? for_each_head(load_first(a->log_q + b.row, b.rows), b.rows) : splat(0);
  vi places = lane_index() + (int)first;
  if (a->q_places) memcpy(&places, a->q_places + b.row, (size_t)b.rows * sizeof(int32_t));
  b.places = (vi)for_each_head((vf)places, b.rows);
  const vf own = choose(b.log_q == -INFINITY, splat(0), b.log_q);
  for (long j = 0; j < s->keys; j++)
    store(s->bias + j * LANES, choose(b.places < (int)j, s->log[j] - own, splat(s->mask[j])));
  for (long j = s->keys; j < tiled(s->keys); j++) store(s->bias + j * LANES, splat(-INFINITY));
  return b;
}

/// Moves a block to the next head, or the next two; 0 behind the last.
INLINE int attention_next_head(attention_block *b, const attention_scratch *s) {
  b->head += b->heads;
  b->heads = b->rows <= HALF && b->head + 2 <= s->heads ? 2 : 1;
  return b->head < s->heads;
}

/// s->qt, and s->q where there is one; lanes that have no query repeat the last.
INLINE void attention_queries(const zk_attention *a, const attention_block *b, long E,
                              const attention_scratch *s) {
  const float scale = 1.0f / sqrtf((float)E), *query[LANES];
  for (long lane = 0; lane < LANES; lane++) {
    const long upper = b->heads == 2 && lane >= HALF;
    const long row = b->row + least(lane - upper * HALF, b->rows - 1);
    query[lane] = a->q + row * a->q_stride + (b->head + upper) * E;
  }
  transpose_rows(query, E, scale, s->q, s->qt, LANES);
}

/// One number in the lower half, another in the upper.
INLINE vf halves(float low, float high) {
  typedef float half_vf __attribute__((ext_vector_type(8)));
  return __builtin_shufflevector((half_vf)low, (half_vf)high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                 12, 13, 14, 15);
}

/// products[r] = rows[first + r, :]·x[query, :] of a tile, for the transposed x of a block; `rows` are
/// those of all heads.
INLINE void attention_tile(const float *rows, long first, const float *xt,
                           const attention_block *b, long E, const attention_scratch *s,
                           vf products[TILE]) {
  const long W = padded(E);
  const float *low = rows + b->head * s->stride + first * W, *high = low + s->stride;
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE; r++) products[r] = splat(0);
  if (b->heads == 1) {
    for (long c = 0; c < E; c++) {
      vf x = load(xt + c * LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) products[r] += low[r * W + c] * x;
    }
  } else {
    for (long c = 0; c < E; c++) {
      vf x = load(xt + c * LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) products[r] += halves(low[r * W + c], high[r * W + c]) * x;
    }
  }
}

/// out[query, :] = Σ_key w[key][query] * x[key, :] for the first `rows` lanes of w.
INLINE void attention_sums(const float *w, const float *x, long rows, long E,
                           const attention_scratch *s, float *out) {
  const long W = padded(E);
  for (long r = 0; r < rows; r += TILE)
    tile_product(w + r, 1, LANES, x, W, s->keys, W, out + r * W, W, 0);
}

/// into[key, :] += Σ_query w[key][query] * x[query, :].
INLINE void attention_scatter(const float *w, const float *x, long rows, long E,
                              const attention_scratch *s, float *into) {
  const long W = padded(E);
  for (long j = 0; j < s->keys; j += TILE)
    tile_product(w + j * LANES, LANES, 1, x, W, rows, W, into + j * W, W, 1);
}

/// e^(score - max) in s->p of a block. Returns the factors that make them probabilities: 0 for a
/// masked query and where no key is visible.
INLINE vf attention_probabilities(const zk_attention *a, const attention_block *b, long E,
                                  const attention_scratch *s) {
  vf top = splat(-INFINITY);
  attention_queries(a, b, E, s);
  for (long j = 0; j < s->keys; j += TILE) {
    vf score[TILE];
    attention_tile(s->k, j, s->qt, b, E, s, score);
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) {
      score[r] += load(s->bias + (j + r) * LANES);
      store(s->p + (j + r) * LANES, score[r]);
      top = larger(top, score[r]);
    }
  }
  vf sum = exponentials(s->p, s->keys, choose(top == -INFINITY, splat(0), top));
  return choose((b->log_q == -INFINITY) | (sum == 0.0f), splat(0), 1.0f / sum);
}

/// The outputs of a block's queries: weighted sums of values, times the gates.
INLINE void attention_outputs(const zk_attention *a, const attention_block *b, vf factors, long E,
                              const attention_scratch *s, float *out) {
  const long W = padded(E);
  float factor[LANES];
  store(factor, factors);
  for (long h = 0; h < b->heads; h++) {
    const long head = b->head + h, column = head * E;
    attention_sums(s->p + h * HALF, s->v + head * s->stride, b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++)
      for (long c = 0; c < E; c += LANES) {
        vf x = load(s->o + r * W + c) * factor[h * HALF + r];
        if (a->gate) {
          vf gate = load_first(a->gate + (b->row + r) * a->gate_stride + column + c, E - c);
          x = gated(x, gate);
        }
        store_first(out + (b->row + r - a->q_offsets[0]) * a->width + column + c, x, E - c);
      }
  }
}

INLINE void attention_forward(const zk_attention *a, float *out, long E) {
  attention_scratch s = attention_prepare(a, E, 0);
  for (long n = 0; n < a->segments; n++) {
    const long queries = a->q_offsets[n + 1] - a->q_offsets[n];
    attention_segment(a, n, E, &s);
    for (long first = 0; first < queries; first += LANES) {
      attention_block b = attention_block_at(a, n, first, &s);
      while (attention_next_head(&b, &s))
        attention_outputs(a, &b, attention_probabilities(a, &b, E, &s), E, &s, out);
    }
  }
  free(s.memory);
}

void KERNEL(zk_attention_forward)(const zk_attention *a, float *out) {
  const long E = a->width / a->heads;
#define CALL(n) attention_forward(a, out, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}

/// d score = p (dp - Σ p dp) in s->ds, from dp there; what existence gets of it is added to s->dlog
/// and returned for the queries.
INLINE vf attention_score_gradients(vi query, const attention_scratch *s) {
  vf mean = splat(0), own = splat(0);
  for (long j = 0; j < s->keys; j++) mean += load(s->p + j * LANES) * load(s->ds + j * LANES);
  for (long j = 0; j < s->keys; j++) {
    vf d = load(s->p + j * LANES) * (load(s->ds + j * LANES) - mean);
    store(s->ds + j * LANES, d);
    vf later = choose(query < (int)j, d, splat(0));
    store(s->dlog + j * LANES, load(s->dlog + j * LANES) + later);
    own -= later;
  }
  return own;
}

/// All gradients of a block, but those that are summed over the blocks of a segment.
INLINE void attention_block_backward(const zk_attention *a, const attention_block *b,
                                     const float *dout, float *dq, float *dgate, float *dlog_q,
                                     long E, const attention_scratch *s) {
  const long W = padded(E), lanes = LANES / b->heads;
  const float scale = 1.0f / sqrtf((float)E);
  scale_vectors(s->p, s->keys, attention_probabilities(a, b, E, s));
  for (long h = 0; h < b->heads; h++) {
    const long head = b->head + h, column = head * E;
    if (a->gate)
      attention_sums(s->p + h * HALF, s->v + head * s->stride, b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++) {
      const long gate = (b->row + r) * a->gate_stride + column;
      gate_backward(a->gate ? a->gate + gate : NULL,
                    dout + (b->row + r - a->q_offsets[0]) * a->width + column,
                    dgate ? dgate + gate : NULL, s->o + r * W, E, s->d_o + (h * HALF + r) * W);
    }
    clear(s->d_o + (h * lanes + b->rows) * W, (lanes - b->rows) * W);
  }
  transpose_block(s->d_o, E, s->d_ot, LANES);
  for (long j = 0; j < s->keys; j += TILE) {
    vf product[TILE];
    attention_tile(s->v, j, s->d_ot, b, E, s, product);
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) store(s->ds + (j + r) * LANES, product[r]);
  }
  vf own = attention_score_gradients(b->places, s);
  if (dlog_q) {
    if (b->heads == 2) own += ROTATED(own, HALF);
    add_first(dlog_q + b->row, choose(b->log_q == -INFINITY, splat(0), own), b->rows);
  }
  for (long h = 0; h < b->heads; h++) {
    const long head = b->head + h, column = head * E, lane = h * HALF;
    attention_sums(s->ds + lane, s->k + head * s->stride, b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++)
      for (long c = 0; c < E; c += LANES)
        add_first(dq + (b->row + r) * a->q_stride + column + c, load(s->o + r * W + c) * scale,
                  E - c);
    attention_scatter(s->ds + lane, s->q + lane * W, b->rows, E, s, s->k_sum + head * s->stride);
    attention_scatter(s->p + lane, s->d_o + lane * W, b->rows, E, s, s->v_sum + head * s->stride);
  }
}

/// Adds what was summed of a segment's keys or values.
INLINE void attention_unpack(const float *sums, long E, const attention_scratch *s, float *dx,
                             long stride) {
  for (long h = 0; h < s->heads; h++, dx += E, sums += s->stride)
    for (long j = 0; j < s->keys; j++)
      for (long c = 0; c < E; c += LANES)
        add_first(dx + j * stride + c, load(sums + j * padded(E) + c), E - c);
}

INLINE void attention_backward(const zk_attention *a, const float *dout, float *dq, float *dk,
                               float *dv, float *dgate, float *dlog_q, float *dlog_k, long E) {
  attention_scratch s = attention_prepare(a, E, 1);
  for (long n = 0; n < a->segments; n++) {
    const long queries = a->q_offsets[n + 1] - a->q_offsets[n], start = a->k_offsets[n];
    attention_segment(a, n, E, &s);
    clear(s.dlog, padded(s.keys) * LANES);
    for (long h = 0; h < a->heads; h++) {
      clear(s.k_sum + h * s.stride, tiled(s.keys) * padded(E));
      clear(s.v_sum + h * s.stride, tiled(s.keys) * padded(E));
    }
    for (long first = 0; first < queries; first += LANES) {
      attention_block b = attention_block_at(a, n, first, &s);
      while (attention_next_head(&b, &s))
        attention_block_backward(a, &b, dout, dq, dgate, dlog_q, E, &s);
    }
    attention_unpack(s.k_sum, E, &s, dk + start * a->k_stride, a->k_stride);
    attention_unpack(s.v_sum, E, &s, dv + start * a->v_stride, a->v_stride);
    if (dlog_k)
      for (long j = 0; j < s.keys; j += LANES) {
        vf lanes[LANES];
#pragma clang loop unroll(full)
        for (int r = 0; r < LANES; r++) lanes[r] = load(s.dlog + (j + r) * LANES);
        vf sum = choose(load(s.mask + j) == 0.0f, sums_of_each(lanes), splat(0));
        add_first(dlog_k + start + j, sum, s.keys - j);
      }
  }
  free(s.memory);
}

void KERNEL(zk_attention_backward)(const zk_attention *a, const float *dout, float *dq, float *dk,
                                   float *dv, float *dgate, float *dlog_q, float *dlog_k) {
  const long E = a->width / a->heads;
#define CALL(n) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}
