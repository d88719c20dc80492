// Attention over packed segments.
//
// Work goes by segments, heads and blocks of 16 queries, or of up to 8 queries of two heads side by
// side. Scores stand as p[key][query], the queries of a block being the lanes: the softmax needs no
// sums across lanes, and no key is padded. Rows of E floats (outputs and gradients) have their
// columns as lanes. Both come from the same product.
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

enum { HALF = LANES / 2 };  // lanes of each of two heads that share a block

typedef struct {
  long keys;                     // of the segment in work
  float *log, *mask;             // [keys]: log existence; 0, or -∞ for masked keys
  float *k[2], *v[2];            // of a head and the next: [keys, W], up to a whole tile
  float *qt;                     // of a block: queries, scaled, [W, 16]
  float *p, *o;                  // [keys, 16], probabilities; [16, W], outputs
  float *q, *d_o, *d_ot, *ds;    // the backward's: like o, o, qt and p
  float *k_sum[2], *v_sum[2];    // gradients like k and v
  float *dlog;                   // [keys, 16], a segment's gradients of log_k by lane
  float *memory;
} attention_scratch;

INLINE attention_scratch attention_prepare(const zk_attention *a, long E, int backward) {
  long longest = 0;
  for (long n = 0; n < a->segments; n++) {
    long length = a->k_offsets[n + 1] - a->k_offsets[n];
    if (length > longest) longest = length;
  }
  const long keys = padded(longest), rows = keys * padded(E), block = LANES * padded(E);
  float *scratch = scratch_floats(8 * rows + 5 * block + (3 * LANES + 2) * keys);
  attention_scratch s = {.memory = scratch};
  s.log = take(&scratch, keys);
  s.mask = take(&scratch, keys);
  for (int i = 0; i < 2; i++) {
    s.k[i] = take(&scratch, rows);
    s.v[i] = take(&scratch, rows);
  }
  s.qt = take(&scratch, block);
  s.p = take(&scratch, keys * LANES);
  s.o = take(&scratch, block);
  if (backward) {
    s.q = take(&scratch, block);
    s.d_o = take(&scratch, block);
    s.d_ot = take(&scratch, block);
    s.ds = take(&scratch, keys * LANES);
    for (int i = 0; i < 2; i++) {
      s.k_sum[i] = take(&scratch, rows);
      s.v_sum[i] = take(&scratch, rows);
    }
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

/// Packs a head's keys (or values); the last row again up to a whole tile, whose products nobody
/// reads.
INLINE void attention_pack(const float *x, long stride, long E, const attention_scratch *s,
                           float *out) {
  const long W = padded(E);
  pack_rows(x, stride, s->keys, s->keys, E, NULL, 1, out);
  for (long i = s->keys; i < tiled(s->keys); i++)
    for (long c = 0; c < W; c += LANES) store(out + i * W + c, load(out + (s->keys - 1) * W + c));
}

INLINE void attention_head(const zk_attention *a, long segment, long head, long E, const int part,
                           const attention_scratch *s) {
  const long start = a->k_offsets[segment], at = head * E;
  attention_pack(a->k + start * a->k_stride + at, a->k_stride, E, s, s->k[part]);
  attention_pack(a->v + start * a->v_stride + at, a->v_stride, E, s, s->v[part]);
}

/// Queries whose lanes share a vector.
typedef struct {
  long segment, row, first, rows;  // `rows` of the segment's from `first`, which is row `row`
  long head, part;                 // their head, and its place among the two that are packed
  long heads;                      // 2 when those of the next head are in the upper half
} attention_block;

/// The block of the queries from `first` on, of which there are `queries`.
INLINE attention_block attention_block_at(const zk_attention *a, long segment, long head,
                                          long part, long parts, long first, long queries) {
  attention_block b = {.segment = segment, .row = a->q_offsets[segment] + first, .first = first,
                       .rows = least(LANES, queries - first), .head = head + part, .part = part};
  b.heads = b.rows <= HALF && part + 2 <= parts ? 2 : 1;
  return b;
}

/// The lower half's lanes in both halves where a block has two heads.
INLINE vf for_each_head(const attention_block *b, vf x) {
  return b->heads == 1 ? x : __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
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
  for (long c = 0; c < padded(E); c += LANES) {
    vf block[LANES];
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) {
      block[r] = load_first(query[r] + c, E - c) * scale;
      if (s->q) store(s->q + r * padded(E) + c, block[r]);
    }
    transpose(block);
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) store(s->qt + (c + r) * LANES, block[r]);
  }
}

/// One number in the lower half, another in the upper.
INLINE vf halves(float low, float high) {
  typedef float half_vf __attribute__((ext_vector_type(8)));
  return __builtin_shufflevector((half_vf)low, (half_vf)high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                 12, 13, 14, 15);
}

/// products[key][query] = rows[key, :]·x[query, :] for the transposed x of a block; `rows` are those
/// of the two heads that are packed.
INLINE void attention_products(float *const rows[2], const float *xt, const attention_block *b,
                               long E, const attention_scratch *s, float *products) {
  const long W = padded(E);
  const float *low = rows[b->part], *high = rows[1];
  for (long j = 0; j < s->keys; j += TILE) {
    if (b->heads == 1) {
      tile_product(low + j * W, W, 1, xt, LANES, E, LANES, products + j * LANES, LANES, 0);
      continue;
    }
    vf sum[TILE] = {0};
    for (long c = 0; c < E; c++) {
      vf x = load(xt + c * LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++)
        sum[r] += halves(low[(j + r) * W + c], high[(j + r) * W + c]) * x;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) store(products + (j + r) * LANES, sum[r]);
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

/// Where the queries of a block stand in their segment.
INLINE vi attention_places(const zk_attention *a, const attention_block *b) {
  vi places = lane_index() + (int)b->first;
  if (a->q_places) memcpy(&places, a->q_places + b->row, (size_t)b->rows * sizeof(int32_t));
  return (vi)for_each_head(b, (vf)places);
}

/// log existence of a block's queries.
INLINE vf attention_existence(const zk_attention *a, const attention_block *b) {
  return a->log_q ? for_each_head(b, load_first(a->log_q + b->row, b->rows)) : splat(0);
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

/// Unscaled probabilities in s->p of a block; returns their factors.
INLINE vf attention_probabilities(const zk_attention *a, const attention_block *b, long E,
                                  const attention_scratch *s) {
  attention_queries(a, b, E, s);
  attention_products(s->k, s->qt, b, E, s, s->p);
  return attention_softmax(attention_existence(a, b), attention_places(a, b), s);
}

/// The outputs of a block's queries: weighted sums of values, times the gates.
INLINE void attention_outputs(const zk_attention *a, const attention_block *b, vf factors, long E,
                              const attention_scratch *s, float *out) {
  const long W = padded(E);
  float factor[LANES];
  store(factor, factors);
  for (long h = 0; h < b->heads; h++) {
    const long column = (b->head + h) * E;
    attention_sums(s->p + h * HALF, s->v[b->part + h], b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++)
      for (long c = 0; c < E; c += LANES) {
        vf x = load(s->o + r * W + c) * factor[h * HALF + r];
        if (a->gate)
          x = gated(x, load_first(a->gate + (b->row + r) * a->gate_stride + column + c, E - c));
        store_first(out + (b->row + r - a->q_offsets[0]) * a->width + column + c, x, E - c);
      }
  }
}

INLINE void attention_forward(const zk_attention *a, float *out, long E) {
  attention_scratch s = attention_prepare(a, E, 0);
  for (long n = 0; n < a->segments; n++) {
    attention_segment(a, n, &s);
    const long queries = a->q_offsets[n + 1] - a->q_offsets[n];
    for (long head = 0; head < a->heads; head += 2) {
      const int parts = (int)least(2, a->heads - head);
      for (int part = 0; part < parts; part++) attention_head(a, n, head + part, E, part, &s);
      for (long i = 0; i < queries; i += LANES)
        for (long part = 0; part < parts;) {
          attention_block b = attention_block_at(a, n, head, part, parts, i, queries);
          attention_outputs(a, &b, attention_probabilities(a, &b, E, &s), E, &s, out);
          part += b.heads;
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

/// All gradients of a block, but those that are summed over the blocks of a segment.
INLINE void attention_block_backward(const zk_attention *a, const attention_block *b,
                                     const float *dout, float *dq, float *dgate, float *dlog_q,
                                     long E, const attention_scratch *s) {
  const long W = padded(E);
  const float scale = 1.0f / sqrtf((float)E);
  const vi places = attention_places(a, b);
  const vf factor = attention_probabilities(a, b, E, s);
  for (long j = 0; j < s->keys; j++) store(s->p + j * LANES, load(s->p + j * LANES) * factor);
  for (long h = 0; h < b->heads; h++) {
    const long column = (b->head + h) * E;
    if (a->gate) attention_sums(s->p + h * HALF, s->v[b->part + h], b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++) {
      const long gate = (b->row + r) * a->gate_stride + column;
      gate_backward(a->gate ? a->gate + gate : NULL,
                    dout + (b->row + r - a->q_offsets[0]) * a->width + column,
                    dgate ? dgate + gate : NULL, s->o + r * W, E, s->d_o + (h * HALF + r) * W);
    }
    const long lanes = LANES / b->heads;
    clear(s->d_o + (h * lanes + b->rows) * W, (lanes - b->rows) * W);
  }
  transpose_block(s->d_o, E, s->d_ot, LANES);
  attention_products(s->v, s->d_ot, b, E, s, s->ds);
  vf own = attention_score_gradients(places, s);
  if (dlog_q) {
    if (b->heads == 2) own += ROTATED(own, HALF);
    vi masked = load_first(a->log_q + b->row, b->rows) == -INFINITY;
    add_first(dlog_q + b->row, choose(masked, splat(0), own), b->rows);
  }
  for (long h = 0; h < b->heads; h++) {
    const long column = (b->head + h) * E, part = b->part + h, lane = h * HALF;
    attention_sums(s->ds + lane, s->k[part], b->rows, E, s, s->o);
    for (long r = 0; r < b->rows; r++)
      for (long c = 0; c < E; c += LANES)
        add_first(dq + (b->row + r) * a->q_stride + column + c, load(s->o + r * W + c) * scale,
                  E - c);
    attention_scatter(s->ds + lane, s->q + lane * W, b->rows, E, s, s->k_sum[part]);
    attention_scatter(s->p + lane, s->d_o + lane * W, b->rows, E, s, s->v_sum[part]);
  }
}

INLINE void attention_backward(const zk_attention *a, const float *dout, float *dq, float *dk,
                               float *dv, float *dgate, float *dlog_q, float *dlog_k, long E) {
  const long W = padded(E);
  attention_scratch s = attention_prepare(a, E, 1);
  for (long n = 0; n < a->segments; n++) {
    attention_segment(a, n, &s);
    const long queries = a->q_offsets[n + 1] - a->q_offsets[n], k_start = a->k_offsets[n];
    clear(s.dlog, padded(s.keys) * LANES);
    for (long head = 0; head < a->heads; head += 2) {
      const int parts = (int)least(2, a->heads - head);
      for (int part = 0; part < parts; part++) {
        attention_head(a, n, head + part, E, part, &s);
        clear(s.k_sum[part], tiled(s.keys) * W);
        clear(s.v_sum[part], tiled(s.keys) * W);
      }
      for (long i = 0; i < queries; i += LANES)
        for (long part = 0; part < parts;) {
          attention_block b = attention_block_at(a, n, head, part, parts, i, queries);
          attention_block_backward(a, &b, dout, dq, dgate, dlog_q, E, &s);
          part += b.heads;
        }
      for (int part = 0; part < parts; part++)
        for (long j = 0; j < s.keys; j++)
          for (long c = 0; c < E; c += LANES) {
            const long column = (head + part) * E + c, row = k_start + j;
            add_first(dk + row * a->k_stride + column, load(s.k_sum[part] + j * W + c), E - c);
            add_first(dv + row * a->v_stride + column, load(s.v_sum[part] + j * W + c), E - c);
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
