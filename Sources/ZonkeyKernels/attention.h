// Attention over packed segments.
//
// Work goes by (segment, head) in tiles of a few queries against all keys. Keys are transposed
// once into [E][keys], so that the scores of a query are vectors over keys; outputs are vectors
// over E. Nothing is saved by the forward: the backward computes the probabilities again.

enum { TILE = 4 };  // queries that share every load of a key or value

/// c[r, :] = Σ_l a[r, l] * b[l, :] for the rows of a tile; `columns` is a multiple of 16.
INLINE void tile_product(const float *a, long a_stride, const float *b, long b_stride, long depth,
                         long columns, float *c, long c_stride) {
  long j = 0;
  for (; j + 2 * LANES <= columns; j += 2 * LANES) {
    vf sum[TILE][2] = {0};
    for (long l = 0; l < depth; l++) {
      vf left = load(b + l * b_stride + j), right = load(b + l * b_stride + j + LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) {
        sum[r][0] += a[r * a_stride + l] * left;
        sum[r][1] += a[r * a_stride + l] * right;
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) {
      store(c + r * c_stride + j, sum[r][0]);
      store(c + r * c_stride + j + LANES, sum[r][1]);
    }
  }
  if (j < columns) {
    vf sum[TILE] = {0};
    for (long l = 0; l < depth; l++) {
      vf x = load(b + l * b_stride + j);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) sum[r] += a[r * a_stride + l] * x;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) store(c + r * c_stride + j, sum[r]);
  }
}

/// into[l, :] += Σ_r w[r, l] * x[r, :], the transposed product; x and into have `columns` columns,
/// a multiple of 16.
INLINE void tile_scatter(const float *w, long w_stride, const float *x, long depth, long columns,
                         float *into) {
  for (long j = 0; j < columns; j += LANES) {
    vf rows[TILE];
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++) rows[r] = load(x + r * columns + j);
    for (long l = 0; l < depth; l++) {
      vf sum = load(into + l * columns + j);
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) sum += w[r * w_stride + l] * rows[r];
      store(into + l * columns + j, sum);
    }
  }
}

/// Copies `rows` rows of E floats into rows of padded(E), times scale.
INLINE void pack_rows(const float *x, long stride, long rows, long E, float scale, float *out) {
  for (long i = 0; i < rows; i++)
    for (long c = 0; c < E; c += LANES)
      store(out + i * padded(E) + c, load_first(x + i * stride + c, E - c) * scale);
}

/// out[c, i] = x[i, c] for packed rows of padded(E); out has padded(rows) columns or more, of
/// which those up to padded(rows) are written, zero past the last row.
INLINE void transpose_rows(const float *x, long rows, long E, float *out, long out_stride) {
  const long width = padded(E);
  for (long i = 0; i < rows; i += LANES)
    for (long c = 0; c < width; c += LANES) {
      vf block[LANES];
#pragma clang loop unroll(full)
      for (int r = 0; r < LANES; r++)
        block[r] = i + r < rows ? load(x + (i + r) * width + c) : splat(0);
      transpose(block);
#pragma clang loop unroll(full)
      for (int r = 0; r < LANES; r++) store(out + (c + r) * out_stride + i, block[r]);
    }
}

/// What is known of the keys of one segment, padded to whole vectors.
typedef struct {
  long count, stride;  // keys; keys rounded up to vectors
  float *log;          // log existence of each key
  float *mask;         // 0, or -∞ for masked keys and the padding
} attention_keys;

/// Scores [TILE, stride] become e^(score - max), scales[r] the factor that makes them
/// probabilities: 0 for a masked query and where no key is visible.
INLINE void tile_softmax(float *scores, const attention_keys *keys, const float *log_q,
                         const int places[TILE], long rows, float scales[TILE]) {
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE; r++) {
    float *row = scores + r * keys->stride;
    float own = log_q && r < rows ? log_q[r] : 0.0f;
    int masked = own == -INFINITY;
    if (masked) own = 0;
    vf most = splat(-INFINITY);
    for (long j = 0; j < keys->stride; j += LANES) {
      vi later = lane_index() + (int)j > places[r];
      vf s = load(row + j) + choose(later, load(keys->log + j) - own, load(keys->mask + j));
      store(row + j, s);
      most = larger(most, s);
    }
    float top = lane_max(most);
    if (top == -INFINITY) top = 0;
    vf sum = splat(0);
    for (long j = 0; j < keys->stride; j += LANES) {
      vf e = exponential(load(row + j) - top);
      store(row + j, e);
      sum += e;
    }
    float total = lane_sum(sum);
    scales[r] = masked || total == 0 ? 0.0f : 1.0f / total;
  }
}

/// Where the queries of a tile stand in their segment; `i` is the first one's number.
INLINE void tile_places(const zk_attention *a, long row, long i, long rows, int places[TILE]) {
  for (int r = 0; r < TILE; r++)
    places[r] = a->q_places && r < rows ? a->q_places[row + r] : (int)(i + r);
}

INLINE void attention_prepare_keys(const zk_attention *a, long segment, attention_keys *keys) {
  long start = a->k_offsets[segment];
  keys->count = a->k_offsets[segment + 1] - start;
  keys->stride = padded(keys->count);
  for (long j = 0; j < keys->stride; j += LANES) {
    long n = keys->count - j;
    vf log = a->log_k ? load_first(a->log_k + start + j, n) : splat(0);
    log = choose(lane_index() < (int)least(n, LANES), log, splat(-INFINITY));
    store(keys->log + j, log);
    store(keys->mask + j, choose(log == -INFINITY, splat(-INFINITY), splat(0)));
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

/// Takes `count` floats, a multiple of 16, from a scratch block.
INLINE float *take(float **scratch, long count) {
  float *p = *scratch;
  *scratch += count;
  return p;
}

INLINE void attention_forward(const zk_attention *a, float *out, long E) {
  const long W = padded(E), longest = longest_segment(a->k_offsets, a->segments);
  const long stride = padded(longest);
  const float scale = 1.0f / sqrtf((float)E);
  float *block = scratch_floats(stride * (2 + 2 * W + TILE) + longest * W + 2 * TILE * W);
  float *scratch = block;
  attention_keys keys = {.log = take(&scratch, stride), .mask = take(&scratch, stride)};
  float *k = take(&scratch, longest * W), *kt = take(&scratch, W * stride);
  float *v = take(&scratch, stride * W), *s = take(&scratch, TILE * stride);
  float *q = take(&scratch, TILE * W), *o = take(&scratch, TILE * W);

  for (long n = 0; n < a->segments; n++) {
    attention_prepare_keys(a, n, &keys);
    const long first = a->q_offsets[n], queries = a->q_offsets[n + 1] - first;
    const long k_start = a->k_offsets[n];
    for (long h = 0; h < a->heads; h++) {
      pack_rows(a->k + k_start * a->k_stride + h * E, a->k_stride, keys.count, E, 1, k);
      transpose_rows(k, keys.count, E, kt, keys.stride);
      pack_rows(a->v + k_start * a->v_stride + h * E, a->v_stride, keys.count, E, 1, v);
      for (long i = 0; i < queries; i += TILE) {
        const long rows = least(TILE, queries - i), row = first + i;
        memset(q, 0, (size_t)(TILE * W) * sizeof(float));
        pack_rows(a->q + row * a->q_stride + h * E, a->q_stride, rows, E, scale, q);
        tile_product(q, W, kt, keys.stride, E, keys.stride, s, keys.stride);
        int places[TILE];
        float scales[TILE];
        tile_places(a, row, i, rows, places);
        tile_softmax(s, &keys, a->log_q ? a->log_q + row : NULL, places, rows, scales);
        tile_product(s, keys.stride, v, W, keys.count, W, o, W);
        for (long r = 0; r < rows; r++)
          for (long c = 0; c < E; c += LANES) {
            vf x = load(o + r * W + c) * scales[r];
            if (a->gate)
              x *= sigmoid(load_first(a->gate + (row + r) * a->gate_stride + h * E + c, E - c));
            store_first(out + (row + r - a->q_offsets[0]) * a->width + h * E + c, x, E - c);
          }
      }
    }
  }
  free(block);
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
  const long stride = padded(longest);
  const float scale = 1.0f / sqrtf((float)E);
  float *block =
      scratch_floats(stride * (3 + 2 * W + 2 * TILE) + 4 * longest * W + 3 * TILE * W);
  float *scratch = block;
  attention_keys keys = {.log = take(&scratch, stride), .mask = take(&scratch, stride)};
  float *dlog = take(&scratch, stride);
  float *kt = take(&scratch, W * stride), *vt = take(&scratch, W * stride);
  float *p = take(&scratch, TILE * stride), *ds = take(&scratch, TILE * stride);
  float *k = take(&scratch, longest * W), *v = take(&scratch, longest * W);
  float *k_sum = take(&scratch, longest * W), *v_sum = take(&scratch, longest * W);
  float *q = take(&scratch, TILE * W), *o = take(&scratch, TILE * W);
  float *d_o = take(&scratch, TILE * W);

  for (long n = 0; n < a->segments; n++) {
    attention_prepare_keys(a, n, &keys);
    const long first = a->q_offsets[n], queries = a->q_offsets[n + 1] - first;
    const long k_start = a->k_offsets[n];
    memset(dlog, 0, (size_t)keys.stride * sizeof(float));
    for (long h = 0; h < a->heads; h++) {
      pack_rows(a->k + k_start * a->k_stride + h * E, a->k_stride, keys.count, E, 1, k);
      pack_rows(a->v + k_start * a->v_stride + h * E, a->v_stride, keys.count, E, 1, v);
      transpose_rows(k, keys.count, E, kt, keys.stride);
      transpose_rows(v, keys.count, E, vt, keys.stride);
      memset(k_sum, 0, (size_t)(keys.count * W) * sizeof(float));
      memset(v_sum, 0, (size_t)(keys.count * W) * sizeof(float));
      for (long i = 0; i < queries; i += TILE) {
        const long rows = least(TILE, queries - i), row = first + i;
        memset(q, 0, (size_t)(TILE * W) * sizeof(float));
        memset(d_o, 0, (size_t)(TILE * W) * sizeof(float));
        pack_rows(a->q + row * a->q_stride + h * E, a->q_stride, rows, E, scale, q);
        tile_product(q, W, kt, keys.stride, E, keys.stride, p, keys.stride);
        int places[TILE];
        float scales[TILE];
        tile_places(a, row, i, rows, places);
        tile_softmax(p, &keys, a->log_q ? a->log_q + row : NULL, places, rows, scales);
        for (int r = 0; r < TILE; r++)
          for (long j = 0; j < keys.stride; j += LANES)
            store(p + r * keys.stride + j, load(p + r * keys.stride + j) * scales[r]);
        if (a->gate) tile_product(p, keys.stride, v, W, keys.count, W, o, W);
        for (long r = 0; r < rows; r++) {
          long gate_row = (row + r) * a->gate_stride + h * E;
          gate_backward(a->gate ? a->gate + gate_row : NULL,
                        dout + (row + r - a->q_offsets[0]) * a->width + h * E,
                        dgate ? dgate + gate_row : NULL, o + r * W, E, d_o + r * W);
        }

        // d score = p (dp - Σ p dp).
        tile_product(d_o, W, vt, keys.stride, E, keys.stride, ds, keys.stride);
        for (int r = 0; r < TILE; r++) {
          float *d_row = ds + r * keys.stride;
          const float *p_row = p + r * keys.stride;
          vf sum = splat(0);
          for (long j = 0; j < keys.stride; j += LANES) sum += load(p_row + j) * load(d_row + j);
          float mean = lane_sum(sum);
          for (long j = 0; j < keys.stride; j += LANES)
            store(d_row + j, load(p_row + j) * (load(d_row + j) - mean));
        }
        if (dlog_q)
          for (long r = 0; r < rows; r++) {
            vf own = splat(0);
            for (long j = 0; j < keys.stride; j += LANES) {
              vi later = lane_index() + (int)j > places[r];
              vf d = choose(later, load(ds + r * keys.stride + j), splat(0));
              store(dlog + j, load(dlog + j) + d);
              own += d;
            }
            if (a->log_q[row + r] != -INFINITY) dlog_q[row + r] -= lane_sum(own);
          }

        tile_product(ds, keys.stride, k, W, keys.count, W, o, W);
        for (long r = 0; r < rows; r++)
          for (long c = 0; c < E; c += LANES)
            add_first(dq + (row + r) * a->q_stride + h * E + c, load(o + r * W + c) * scale,
                      E - c);
        tile_scatter(ds, keys.stride, q, keys.count, W, k_sum);
        tile_scatter(p, keys.stride, d_o, keys.count, W, v_sum);
      }
      for (long j = 0; j < keys.count; j++)
        for (long c = 0; c < E; c += LANES) {
          add_first(dk + (k_start + j) * a->k_stride + h * E + c, load(k_sum + j * W + c), E - c);
          add_first(dv + (k_start + j) * a->v_stride + h * E + c, load(v_sum + j * W + c), E - c);
        }
    }
    if (dlog_k)
      for (long j = 0; j < keys.count; j++)
        if (keys.mask[j] == 0) dlog_k[k_start + j] += dlog[j];
  }
  free(block);
}

void KERNEL(zk_attention_backward)(const zk_attention *a, const float *dout, float *dq, float *dk,
                                   float *dv, float *dgate, float *dlog_q, float *dlog_k) {
  const long E = a->width / a->heads;
  if (E == 16) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 16);
  else if (E == 32) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 32);
  else if (E == 64) attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, 64);
  else attention_backward(a, dout, dq, dk, dv, dgate, dlog_q, dlog_k, E);
}
