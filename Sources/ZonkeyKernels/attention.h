// Attention over packed segments.
//
// Work goes by (segment, head) and blocks of 16 queries. Scores stand as s[key][query], the queries
// of a block being the lanes: the softmax needs no sums across lanes, and no key is padded. Rows of
// E floats (outputs and gradients) have their columns as lanes. Both come from the same product.
// Nothing is saved by the forward: the backward computes the probabilities again.

enum { TILE = 4 };  // rows of a product's register tile

#ifndef TILE_WIDTH
#define TILE_WIDTH 1
#endif

INLINE void tile_columns(const int vectors, const float *a, long a_row, long a_column,
                         const float *b, long b_row, long depth, float *c, long c_row,
                         const int adds) {
  vf sum[TILE][TILE_WIDTH];
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
  for (; j + TILE_WIDTH * LANES <= columns; j += TILE_WIDTH * LANES)
    tile_columns(TILE_WIDTH, a, a_row, a_column, b + j, b_row, depth, c + j, c_row, adds);
  for (; j < columns; j += LANES)
    tile_columns(1, a, a_row, a_column, b + j, b_row, depth, c + j, c_row, adds);
}

/// Copies `rows` rows of E floats, times scale, into rows of padded(E); rows up to `total` are
/// zero.
INLINE void pack_rows(const float *x, long stride, long rows, long total, long E, float scale,
                      float *out) {
  for (long i = 0; i < rows; i++)
    for (long c = 0; c < E; c += LANES)
      store(out + i * padded(E) + c, load_first(x + i * stride + c, E - c) * scale);
  memset(out + rows * padded(E), 0, (size_t)((total - rows) * padded(E)) * sizeof(float));
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

INLINE long longest_segment(const int32_t *offsets, long segments) {
  long longest = 0;
  for (long n = 0; n < segments; n++) {
    long length = offsets[n + 1] - offsets[n];
    if (length > longest) longest = length;
  }
  return longest;
}

INLINE long tiled(long rows) { return (rows + TILE - 1) / TILE * TILE; }

/// The keys of one segment, and those and the values of one head of it.
typedef struct {
  long count;
  float *log;   // log existence of each key
  float *mask;  // 0, or -∞ for masked keys
  float *k, *v; // packed, zero rows up to a whole tile
} attention_keys;

/// A block of up to 16 queries of one head.
typedef struct {
  long rows;
  vi place;          // of each query in its segment
  float *q, *qt;     // packed and scaled, zero rows after the last; transposed
  float *p;          // [keys][16]
  float *o;          // [16, W]
} attention_block;

INLINE void attention_existence(const zk_attention *a, long segment, attention_keys *keys) {
  const long start = a->k_offsets[segment];
  keys->count = a->k_offsets[segment + 1] - start;
  for (long j = 0; j < keys->count; j++) {
    keys->log[j] = a->log_k ? a->log_k[start + j] : 0;
    keys->mask[j] = keys->log[j] == -INFINITY ? -INFINITY : 0;
  }
}

INLINE void attention_head(const zk_attention *a, long segment, long head, long E,
                           const attention_keys *keys) {
  const long start = a->k_offsets[segment], rows = tiled(keys->count);
  pack_rows(a->k + start * a->k_stride + head * E, a->k_stride, keys->count, rows, E, 1, keys->k);
  pack_rows(a->v + start * a->v_stride + head * E, a->v_stride, keys->count, rows, E, 1, keys->v);
}

/// s[key][query] = rows[key, :]·x[query, :] for the transposed x of a block.
INLINE void attention_products(const float *rows, const float *xt, long keys, long E, float *s) {
  for (long j = 0; j < keys; j += TILE)
    tile_product(rows + j * padded(E), padded(E), 1, xt, LANES, E, LANES, s + j * LANES, LANES, 0);
}

/// Scores in block->p become e^(score - max); returns the factors that make them probabilities, 0
/// for a masked query and where no key is visible.
INLINE vf attention_softmax(const attention_keys *keys, const attention_block *block, vf log_q) {
  const vi masked = log_q == -INFINITY;
  const vf own = choose(masked, splat(0), log_q);
  vf top = splat(-INFINITY), sum = splat(0);
  for (long j = 0; j < keys->count; j++) {
    vf existence = choose(block->place < (int)j, keys->log[j] - own, splat(keys->mask[j]));
    vf s = load(block->p + j * LANES) + existence;
    store(block->p + j * LANES, s);
    top = larger(top, s);
  }
  top = choose(top == -INFINITY, splat(0), top);
  for (long j = 0; j < keys->count; j++) {
    vf e = exponential(load(block->p + j * LANES) - top);
    store(block->p + j * LANES, e);
    sum += e;
  }
  return choose(masked | (sum == 0.0f), splat(0), 1.0f / sum);
}

/// The block of queries from `first` with its unscaled probabilities; returns their factors.
INLINE vf attention_probabilities(const zk_attention *a, long segment, long head, long first,
                                  long E, const attention_keys *keys, attention_block *block) {
  const long row = a->q_offsets[segment] + first, left = a->q_offsets[segment + 1] - row;
  block->rows = least(LANES, left);
  block->place = lane_index() + (int)first;
  if (a->q_places)
    memcpy(&block->place, a->q_places + row, (size_t)block->rows * sizeof(int32_t));
  pack_rows(a->q + row * a->q_stride + head * E, a->q_stride, block->rows, LANES, E,
            1.0f / sqrtf((float)E), block->q);
  transpose_block(block->q, E, block->qt, LANES);
  attention_products(keys->k, block->qt, keys->count, E, block->p);
  return attention_softmax(keys, block, a->log_q ? load_first(a->log_q + row, left) : splat(0));
}

/// out[query, :] = Σ_key w[key][query] * x[key, :] for the queries of a block.
INLINE void attention_sums(const float *w, const float *x, long keys, const attention_block *block,
                           long E, float *out) {
  for (long r = 0; r < block->rows; r += TILE)
    tile_product(w + r, 1, LANES, x, padded(E), keys, padded(E), out + r * padded(E), padded(E), 0);
}

/// into[key, :] += Σ_query w[key][query] * x[query, :].
INLINE void attention_scatter(const float *w, const float *x, long keys,
                              const attention_block *block, long E, float *into) {
  const long W = padded(E);
  for (long j = 0; j < keys; j += TILE)
    tile_product(w + j * LANES, LANES, 1, x, W, block->rows, W, into + j * W, W, 1);
}

/// Takes `count` floats, a multiple of 16, from a scratch block.
INLINE float *take(float **scratch, long count) {
  float *p = *scratch;
  *scratch += count;
  return p;
}

/// Floats that attention_take takes.
INLINE long attention_room(long keys, long E) {
  return 2 * padded(keys) + (2 * padded(E) + LANES) * tiled(keys) + 3 * LANES * padded(E);
}

INLINE void attention_take(float **scratch, long keys, long E, attention_keys *k,
                           attention_block *block) {
  const long W = padded(E);
  k->log = take(scratch, padded(keys));
  k->mask = take(scratch, padded(keys));
  k->k = take(scratch, tiled(keys) * W);
  k->v = take(scratch, tiled(keys) * W);
  block->q = take(scratch, LANES * W);
  block->qt = take(scratch, W * LANES);
  block->p = take(scratch, tiled(keys) * LANES);
  block->o = take(scratch, LANES * W);
}

INLINE void attention_forward(const zk_attention *a, float *out, long E) {
  const long W = padded(E), longest = longest_segment(a->k_offsets, a->segments);
  float *memory = scratch_floats(attention_room(longest, E)), *scratch = memory;
  attention_keys keys;
  attention_block block;
  attention_take(&scratch, longest, E, &keys, &block);
  for (long n = 0; n < a->segments; n++) {
    attention_existence(a, n, &keys);
    const long start = a->q_offsets[n], queries = a->q_offsets[n + 1] - start;
    for (long h = 0; h < a->heads; h++) {
      attention_head(a, n, h, E, &keys);
      for (long i = 0; i < queries; i += LANES) {
        vf factor = attention_probabilities(a, n, h, i, E, &keys, &block);
        attention_sums(block.p, keys.v, keys.count, &block, E, block.o);
        for (long r = 0; r < block.rows; r++) {
          const long row = start + i + r;
          for (long c = 0; c < E; c += LANES) {
            vf x = load(block.o + r * W + c) * factor[r];
            if (a->gate) x *= sigmoid(load_first(a->gate + row * a->gate_stride + h * E + c, E - c));
            store_first(out + (row - a->q_offsets[0]) * a->width + h * E + c, x, E - c);
          }
        }
      }
    }
  }
  free(memory);
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
      vf g = sigmoid(load_first(gate + c, E - c));
      if (dgate) add_first(dgate + c, d * load(o + c) * (g * (1.0f - g)), E - c);
      d *= g;
    }
    store(d_o + c, d);
  }
}

INLINE void attention_backward(const zk_attention *a, const float *dout, float *dq, float *dk,
                               float *dv, float *dgate, float *dlog_q, float *dlog_k, long E) {
  const long W = padded(E), longest = longest_segment(a->k_offsets, a->segments);
  const float scale = 1.0f / sqrtf((float)E);
  float *memory = scratch_floats(attention_room(longest, E) + tiled(longest) * (2 * W + LANES) +
                                 padded(longest) * LANES + 2 * LANES * W);
  float *scratch = memory;
  attention_keys keys;
  attention_block block;
  attention_take(&scratch, longest, E, &keys, &block);
  float *k_sum = take(&scratch, tiled(longest) * W), *v_sum = take(&scratch, tiled(longest) * W);
  float *ds = take(&scratch, tiled(longest) * LANES);
  float *dlog = take(&scratch, padded(longest) * LANES);
  float *d_o = take(&scratch, LANES * W), *d_ot = take(&scratch, W * LANES);

  for (long n = 0; n < a->segments; n++) {
    attention_existence(a, n, &keys);
    const long start = a->q_offsets[n], queries = a->q_offsets[n + 1] - start;
    const long k_start = a->k_offsets[n];
    memset(dlog, 0, (size_t)(padded(keys.count) * LANES) * sizeof(float));
    for (long h = 0; h < a->heads; h++) {
      attention_head(a, n, h, E, &keys);
      memset(k_sum, 0, (size_t)(tiled(keys.count) * W) * sizeof(float));
      memset(v_sum, 0, (size_t)(tiled(keys.count) * W) * sizeof(float));
      for (long i = 0; i < queries; i += LANES) {
        const long row = start + i;
        vf factor = attention_probabilities(a, n, h, i, E, &keys, &block);
        for (long j = 0; j < keys.count; j++)
          store(block.p + j * LANES, load(block.p + j * LANES) * factor);
        if (a->gate) attention_sums(block.p, keys.v, keys.count, &block, E, block.o);
        memset(d_o, 0, (size_t)(LANES * W) * sizeof(float));
        for (long r = 0; r < block.rows; r++) {
          long gate_row = (row + r) * a->gate_stride + h * E;
          gate_backward(a->gate ? a->gate + gate_row : NULL,
                        dout + (row + r - a->q_offsets[0]) * a->width + h * E,
                        dgate ? dgate + gate_row : NULL, block.o + r * W, E, d_o + r * W);
        }

        // d score = p (dp - Σ p dp).
        transpose_block(d_o, E, d_ot, LANES);
        attention_products(keys.v, d_ot, keys.count, E, ds);
        vf mean = splat(0), own = splat(0);
        for (long j = 0; j < keys.count; j++)
          mean += load(block.p + j * LANES) * load(ds + j * LANES);
        for (long j = 0; j < keys.count; j++) {
          vf d = load(block.p + j * LANES) * (load(ds + j * LANES) - mean);
          store(ds + j * LANES, d);
          vf later = choose(block.place < (int)j, d, splat(0));
          store(dlog + j * LANES, load(dlog + j * LANES) + later);
          own += later;
        }
        if (dlog_q) {
          vi masked = load_first(a->log_q + row, block.rows) == -INFINITY;
          add_first(dlog_q + row, choose(masked, splat(0), -own), block.rows);
        }

        attention_sums(ds, keys.k, keys.count, &block, E, block.o);
        for (long r = 0; r < block.rows; r++)
          for (long c = 0; c < E; c += LANES)
            add_first(dq + (row + r) * a->q_stride + h * E + c, load(block.o + r * W + c) * scale,
                      E - c);
        attention_scatter(ds, block.q, keys.count, &block, E, k_sum);
        attention_scatter(block.p, d_o, keys.count, &block, E, v_sum);
      }
      for (long j = 0; j < keys.count; j++)
        for (long c = 0; c < E; c += LANES) {
          add_first(dk + (k_start + j) * a->k_stride + h * E + c, load(k_sum + j * W + c), E - c);
          add_first(dv + (k_start + j) * a->v_stride + h * E + c, load(v_sum + j * W + c), E - c);
        }
    }
    if (dlog_k)
      for (long j = 0; j < keys.count; j += LANES) {
        vf rows[LANES];
#pragma clang loop unroll(full)
        for (int r = 0; r < LANES; r++) rows[r] = load(dlog + (j + r) * LANES);
        vf sum = choose(load(keys.mask + j) == 0.0f, sums_of_each(rows), splat(0));
        add_first(dlog_k + k_start + j, sum, keys.count - j);
      }
  }
  free(memory);
}

void KERNEL(zk_attention_backward)(const zk_attention *a, const float *dout, float *dq, float *dk,
                                   float *dv, float *dgate, float *dlog_q, float *dlog_k) {
  const long E = a->width / a->heads;
  if (E == 16) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 16);
  else if (E == 32) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 32);
  else if (E == 64) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 64);
  else attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, E);
}
