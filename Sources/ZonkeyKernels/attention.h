// Attention over packed segments.
//
// Work goes by (segment, head) and blocks of 16 queries. Scores stand as p[key][query], the queries
// of a block being the lanes: the softmax needs no sums across lanes, and no key is padded. Rows of
// E floats (outputs and gradients) have their columns as lanes. Both come from the same product.
// Nothing is saved by the forward: the backward computes the probabilities again.

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
  const long width = padded(E);
  for (long c = 0; c < width; c += LANES) {
    vf block[LANES];
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) block[r] = load(x + r * width + c);
    transpose(block);
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) store(out + (c + r) * out_stride, block[r]);
  }
}

/// Takes `count` floats, a multiple of 16, from a scratch block.
INLINE float *take(float **scratch, long count) {
  float *p = *scratch;
  *scratch += count;
  return p;
}

typedef struct {
  long keys;               // of the segment in work
  float *log, *mask;       // [keys]: log existence; 0, or -∞ for masked keys
  float *k, *v;            // of a head: [keys, W], zero rows up to a whole tile
  float *q, *qt;           // of a block: [16, W], scaled, zero rows behind the last; [W, 16]
  float *p, *o;            // [keys, 16], probabilities; [16, W], outputs
  float *d_o, *d_ot, *ds;  // the backward's, like o, qt and p
  float *k_sum, *v_sum;    // gradients like k and v
  float *dlog;             // [keys, 16], a segment's gradients of log_k by lane
  float *memory;
} attention_scratch;

INLINE attention_scratch attention_prepare(const zk_attention *a, long E, int backward) {
  long longest = 0;
  for (long n = 0; n < a->segments; n++) {
    long length = a->k_offsets[n + 1] - a->k_offsets[n];
    if (length > longest) longest = length;
  }
  const long keys = padded(longest), rows = keys * padded(E), block = LANES * padded(E);
  float *scratch = scratch_floats(4 * rows + 5 * block + (3 * LANES + 2) * keys);
  attention_scratch s = {.memory = scratch};
  s.log = take(&scratch, keys);
  s.mask = take(&scratch, keys);
  s.k = take(&scratch, rows);
  s.v = take(&scratch, rows);
  s.q = take(&scratch, block);
  s.qt = take(&scratch, block);
  s.p = take(&scratch, keys * LANES);
  s.o = take(&scratch, block);
  if (backward) {
    s.d_o = take(&scratch, block);
    s.d_ot = take(&scratch, block);
    s.ds = take(&scratch, keys * LANES);
    s.k_sum = take(&scratch, rows);
    s.v_sum = take(&scratch, rows);
    s.dlog = take(&scratch, keys * LANES);
  }
  return s;
}

INLINE void attention_segment(const zk_attention *a, long segment, attention_scratch *s) {
  const long start = a->k_offsets[segment];
  s->keys = a->k_offsets[segment + 1] - start;
  for (long j = 0; j < s->keys; j++) {
    s->log[j] = a->log_k ? a->log_k[start + j] : 0;
    s->mask[j] = s->log[j] == -INFINITY ? -INFINITY : 0;
  }
}

INLINE void attention_head(const zk_attention *a, long segment, long head, long E,
                           const attention_scratch *s) {
  const long start = a->k_offsets[segment], at = head * E, total = tiled(s->keys);
  pack_rows(a->k + start * a->k_stride + at, a->k_stride, s->keys, total, E, NULL, 1, s->k);
  pack_rows(a->v + start * a->v_stride + at, a->v_stride, s->keys, total, E, NULL, 1, s->v);
}

/// products[key][query] = rows[key, :]·x[query, :] for the transposed x of a block.
INLINE void attention_products(const float *rows, const float *xt, long E,
                               const attention_scratch *s, float *products) {
  const long W = padded(E);
  for (long j = 0; j < s->keys; j += TILE)
    tile_product(rows + j * W, W, 1, xt, LANES, E, LANES, products + j * LANES, LANES, 0);
}

/// out[query, :] = Σ_key w[key][query] * x[key, :] for the first `rows` queries of a block.
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

/// Where the queries of a block from `first` stand in their segment.
INLINE vi attention_places(const zk_attention *a, long segment, long first, long rows) {
  vi places = lane_index() + (int)first;
  if (a->q_places)
    memcpy(&places, a->q_places + a->q_offsets[segment] + first, (size_t)rows * sizeof(int32_t));
  return places;
}

/// Scores in s->p of a block of queries at these places become e^(score - max). Returns the factors
/// that make them probabilities: 0 for a masked query and where no key is visible.
INLINE vf attention_softmax(vf log_q, vi query, const attention_scratch *s) {
  const vi masked = log_q == -INFINITY;
  const vf own = choose(masked, splat(0), log_q);
  vf top = splat(-INFINITY), sum = splat(0);
  for (long j = 0; j < s->keys; j++) {
    vf existence = choose(query < (int)j, s->log[j] - own, splat(s->mask[j]));
    vf score = load(s->p + j * LANES) + existence;
    store(s->p + j * LANES, score);
    top = larger(top, score);
  }
  top = choose(top == -INFINITY, splat(0), top);
  for (long j = 0; j < s->keys; j++) {
    vf e = decay(load(s->p + j * LANES) - top);
    store(s->p + j * LANES, e);
    sum += e;
  }
  return choose(masked | (sum == 0.0f), splat(0), 1.0f / sum);
}

/// Unscaled probabilities in s->p of the block of `rows` queries from `first`, packed in s->q;
/// returns their factors.
INLINE vf attention_probabilities(const zk_attention *a, long segment, long head, long first,
                                  long rows, vi places, long E, const attention_scratch *s) {
  const long row = a->q_offsets[segment] + first;
  pack_rows(a->q + row * a->q_stride + head * E, a->q_stride, rows, LANES, E, NULL,
            1.0f / sqrtf((float)E), s->q);
  transpose_block(s->q, E, s->qt, LANES);
  attention_products(s->k, s->qt, E, s, s->p);
  return attention_softmax(a->log_q ? load_first(a->log_q + row, rows) : splat(0), places, s);
}

INLINE void attention_forward(const zk_attention *a, float *out, long E) {
  const long W = padded(E);
  attention_scratch s = attention_prepare(a, E, 0);
  for (long n = 0; n < a->segments; n++) {
    attention_segment(a, n, &s);
    const long start = a->q_offsets[n], queries = a->q_offsets[n + 1] - start;
    for (long h = 0; h < a->heads; h++) {
      attention_head(a, n, h, E, &s);
      for (long i = 0; i < queries; i += LANES) {
        const long rows = least(LANES, queries - i);
        const vi places = attention_places(a, n, i, rows);
        vf factor = attention_probabilities(a, n, h, i, rows, places, E, &s);
        attention_sums(s.p, s.v, rows, E, &s, s.o);
        for (long r = 0; r < rows; r++) {
          const long row = start + i + r;
          for (long c = 0; c < E; c += LANES) {
            vf x = load(s.o + r * W + c) * factor[r];
            if (a->gate)
              x = gated(x, load_first(a->gate + row * a->gate_stride + h * E + c, E - c));
            store_first(out + (row - a->q_offsets[0]) * a->width + h * E + c, x, E - c);
          }
        }
      }
    }
  }
  free(s.memory);
}

void KERNEL(zk_attention_forward)(const zk_attention *a, float *out) {
  const long E = a->width / a->heads;
  if (E == 16) attention_forward(a, out, 16);
  else if (E == 32) attention_forward(a, out, 32);
  else if (E == 64) attention_forward(a, out, 64);
  else attention_forward(a, out, E);
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

INLINE void attention_backward(const zk_attention *a, const float *dout, float *dq, float *dk,
                               float *dv, float *dgate, float *dlog_q, float *dlog_k, long E) {
  const long W = padded(E);
  const float scale = 1.0f / sqrtf((float)E);
  attention_scratch s = attention_prepare(a, E, 1);
  for (long n = 0; n < a->segments; n++) {
    attention_segment(a, n, &s);
    const long start = a->q_offsets[n], queries = a->q_offsets[n + 1] - start;
    const long k_start = a->k_offsets[n];
    clear(s.dlog, padded(s.keys) * LANES);
    for (long h = 0; h < a->heads; h++) {
      attention_head(a, n, h, E, &s);
      clear(s.k_sum, tiled(s.keys) * W);
      clear(s.v_sum, tiled(s.keys) * W);
      for (long i = 0; i < queries; i += LANES) {
        const long row = start + i, rows = least(LANES, queries - i);
        const vi places = attention_places(a, n, i, rows);
        vf factor = attention_probabilities(a, n, h, i, rows, places, E, &s);
        for (long j = 0; j < s.keys; j++) store(s.p + j * LANES, load(s.p + j * LANES) * factor);
        if (a->gate) attention_sums(s.p, s.v, rows, E, &s, s.o);
        for (long r = 0; r < rows; r++) {
          long gate_row = (row + r) * a->gate_stride + h * E;
          gate_backward(a->gate ? a->gate + gate_row : NULL,
                        dout + (row + r - a->q_offsets[0]) * a->width + h * E,
                        dgate ? dgate + gate_row : NULL, s.o + r * W, E, s.d_o + r * W);
        }
        clear(s.d_o + rows * W, (LANES - rows) * W);

        transpose_block(s.d_o, E, s.d_ot, LANES);
        attention_products(s.v, s.d_ot, E, &s, s.ds);
        vf own = attention_score_gradients(places, &s);
        if (dlog_q) {
          vi masked = load_first(a->log_q + row, rows) == -INFINITY;
          add_first(dlog_q + row, choose(masked, splat(0), own), rows);
        }
        attention_sums(s.ds, s.k, rows, E, &s, s.o);
        for (long r = 0; r < rows; r++)
          for (long c = 0; c < E; c += LANES)
            add_first(dq + (row + r) * a->q_stride + h * E + c, load(s.o + r * W + c) * scale,
                      E - c);
        attention_scatter(s.ds, s.q, rows, E, &s, s.k_sum);
        attention_scatter(s.p, s.d_o, rows, E, &s, s.v_sum);
      }
      for (long j = 0; j < s.keys; j++)
        for (long c = 0; c < E; c += LANES) {
          add_first(dk + (k_start + j) * a->k_stride + h * E + c, load(s.k_sum + j * W + c), E - c);
          add_first(dv + (k_start + j) * a->v_stride + h * E + c, load(s.v_sum + j * W + c), E - c);
        }
    }
    if (dlog_k)
      for (long j = 0; j < s.keys; j += LANES) {
        vf lanes[LANES];
#pragma clang loop unroll(full)
        for (int r = 0; r < LANES; r++) lanes[r] = load(s.dlog + (j + r) * LANES);
        vf sum = choose(load(s.mask + j) == 0.0f, sums_of_each(lanes), splat(0));
        add_first(dlog_k + k_start + j, sum, s.keys - j);
      }
  }
  free(s.memory);
}

void KERNEL(zk_attention_backward)(const zk_attention *a, const float *dout, float *dq, float *dk,
                                   float *dv, float *dgate, float *dlog_q, float *dlog_k) {
  const long E = a->width / a->heads;
  if (E == 16) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 16);
  else if (E == 32) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 32);
  else if (E == 64) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 64);
  else attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, E);
}
