// The splitter's attention: each query sees a window of 2·half + 1 keys around it.
//
// Documents go in blocks of queries; the keys in reach are transposed once a block. A tile of
// queries is scored against the union of its windows; row r of the tile has its window at
// columns r ... r + 2·half of the union. Scores are clamped to ±60, so that e^score needs no
// shift by the maximum.

enum { LOCAL_BLOCK = 64 };

typedef struct {
  long half, window, reach;     // reach: columns of a tile's union of windows
  long window_stride, stride;   // window in whole vectors; columns of a transposed block
  long block_rows;              // keys in reach of a block of queries
  float scale;
  float *k, *v, *kt, *vt;       // packed and transposed keys and values of a block
  float *positions, *positions_t, *middle;
  float *q, *o, *d_o;           // [TILE, W]
  float *scores, *bias;         // over the union; over the window, the positions' share
  float *p, *ds, *ds_window;    // over the union; `p` and `ds` zero outside the windows
  float *open;                  // 1 where the score was not clamped
  float *k_sum, *v_sum;
  float *block;
} local_scratch;

INLINE local_scratch local_prepare(const float *positions, long half, long E, int backward) {
  const long W = padded(E);
  local_scratch s = {.half = half, .window = 2 * half + 1, .scale = 1.0f / sqrtf((float)E)};
  s.reach = s.window + TILE - 1;
  s.window_stride = padded(s.window);
  // Rows are read in whole vectors from an unaligned column.
  s.stride = LOCAL_BLOCK + s.window_stride + 2 * LANES;
  s.block_rows = LOCAL_BLOCK + 2 * half;
  const long tile_stride = s.stride;
  const long packed = s.block_rows * W;
  float *scratch = scratch_floats((backward ? 4 : 2) * packed + 2 * W * s.stride +
                                  s.window * W + W * s.window_stride + W + 3 * TILE * W +
                                  TILE * (3 * tile_stride + 3 * s.window_stride));
  s.block = scratch;
  s.k = take(&scratch, packed);
  s.v = take(&scratch, packed);
  s.kt = take(&scratch, W * s.stride);
  s.vt = take(&scratch, W * s.stride);
  s.positions = take(&scratch, s.window * W);
  s.positions_t = take(&scratch, W * s.window_stride);
  s.middle = take(&scratch, W);
  s.q = take(&scratch, TILE * W);
  s.o = take(&scratch, TILE * W);
  s.d_o = take(&scratch, TILE * W);
  s.scores = take(&scratch, TILE * tile_stride);
  s.p = take(&scratch, TILE * tile_stride);
  s.ds = take(&scratch, TILE * tile_stride);
  s.bias = take(&scratch, TILE * s.window_stride);
  s.ds_window = take(&scratch, TILE * s.window_stride);
  s.open = take(&scratch, TILE * s.window_stride);
  if (backward) {
    s.k_sum = take(&scratch, packed);
    s.v_sum = take(&scratch, packed);
  }
  pack_rows(positions, E, s.window, E, 1, s.positions);
  transpose_rows(s.positions, s.window, E, s.positions_t, s.window_stride);
  memcpy(s.middle, s.positions + half * W, (size_t)W * sizeof(float));
  memset(s.p, 0, (size_t)(TILE * tile_stride) * sizeof(float));
  memset(s.ds, 0, (size_t)(TILE * tile_stride) * sizeof(float));
  // Columns past the last transposed row, and scores past the union, are read, and must be finite:
  // they meet zero weights.
  memset(s.scores, 0, (size_t)(TILE * tile_stride) * sizeof(float));
  memset(s.kt, 0, (size_t)(W * s.stride) * sizeof(float));
  memset(s.vt, 0, (size_t)(W * s.stride) * sizeof(float));
  return s;
}

/// Packs the keys (or values) in reach of the block of queries from `start`; row 0 of the result
/// is position start - half, zero outside the document.
INLINE void local_pack(const float *x, long stride, long start, long length, long E,
                       const local_scratch *s, float *rows) {
  const long W = padded(E);
  for (long u = 0; u < s->block_rows; u++) {
    long j = start - s->half + u;
    if (j >= 0 && j < length) pack_rows(x + j * stride, stride, 1, E, 1, rows + u * W);
    else memset(rows + u * W, 0, (size_t)W * sizeof(float));
  }
}

/// Probabilities of the tile of queries from `first` (row `local` of the block), in s->p.
INLINE void local_probabilities(const float *q, long q_stride, long first, long local, long rows,
                                long length, long E, const local_scratch *s, int backward) {
  const long W = padded(E);
  for (long r = 0; r < TILE; r++)
    for (long c = 0; c < W; c += LANES) {
      vf x = splat(0);
      if (r < rows) x = load_first(q + (first + r) * q_stride + c, E - c) + load(s->middle + c);
      store(s->q + r * W + c, x * s->scale);
    }
  tile_product(s->q, W, s->kt + local, s->stride, E, padded(s->reach), s->scores, s->stride);
  tile_product(s->q, W, s->positions_t, s->window_stride, E, s->window_stride, s->bias,
               s->window_stride);
  for (long r = 0; r < TILE; r++) {
    // Offsets o whose key lies in the document.
    const int low = (int)(s->half - first - r), high = (int)least(s->window, length + low);
    float *p = s->p + r * s->stride + r;
    vf sum = splat(0);
    for (long o = 0; o < s->window_stride; o += LANES) {
      vi offset = lane_index() + (int)o;
      vf x = load(s->scores + r * s->stride + r + o) + load(s->bias + r * s->window_stride + o);
      if (backward) {
        vi clamped = (x < -60.0f) | (x > 60.0f);
        store(s->open + r * s->window_stride + o, choose(clamped, splat(0), splat(1)));
      }
      vf e = exponential(at_most(at_least(x, -60.0f), 60.0f));
      e = choose((offset >= low) & (offset < high), e, splat(0));
      store(p + o, e);
      sum += e;
    }
    float total = lane_sum(sum), factor = total == 0 ? 0 : 1.0f / total;
    for (long o = 0; o < s->window_stride; o += LANES) store(p + o, load(p + o) * factor);
  }
}

INLINE void local_forward(const float *projected, const int32_t *offsets, long documents,
                          long width, long heads, long half, const float *positions, float *out,
                          long E) {
  const long W = padded(E), stride = 4 * width;
  local_scratch s = local_prepare(positions, half, E, 0);
  for (long b = 0; b < documents; b++) {
    const float *document = projected + offsets[b] * stride;
    const long length = offsets[b + 1] - offsets[b];
    for (long start = 0; start < length; start += LOCAL_BLOCK)
      for (long h = 0; h < heads; h++) {
        const float *q = document + h * E, *gate = q + 3 * width;
        local_pack(q + width, stride, start, length, E, &s, s.k);
        local_pack(q + 2 * width, stride, start, length, E, &s, s.v);
        transpose_rows(s.k, s.block_rows, E, s.kt, s.stride);
        const long end = least(start + LOCAL_BLOCK, length);
        for (long i = start; i < end; i += TILE) {
          const long rows = least(TILE, end - i), local = i - start;
          local_probabilities(q, stride, i, local, rows, length, E, &s, 0);
          tile_product(s.p, s.stride, s.v + local * W, W, s.reach, W, s.o, W);
          for (long r = 0; r < rows; r++)
            for (long c = 0; c < E; c += LANES) {
              vf g = sigmoid(load_first(gate + (i + r) * stride + c, E - c));
              store_first(out + (offsets[b] - offsets[0] + i + r) * width + h * E + c,
                          load(s.o + r * W + c) * g, E - c);
            }
        }
      }
  }
  free(s.block);
}

void KERNEL(zk_local_attention_forward)(const float *projected, const int32_t *offsets,
                                        long documents, long width, long heads, long half,
                                        const float *positions, float *out) {
  const long E = width / heads;
  if (E == 16) local_forward(projected, offsets, documents, width, heads, half, positions, out, 16);
  else if (E == 32)
    local_forward(projected, offsets, documents, width, heads, half, positions, out, 32);
  else if (E == 64)
    local_forward(projected, offsets, documents, width, heads, half, positions, out, 64);
  else local_forward(projected, offsets, documents, width, heads, half, positions, out, E);
}

/// d score of the tile from dp (over the union, in s->scores): over the union in s->ds, over the
/// window in s->ds_window.
INLINE void local_score_gradients(const local_scratch *s) {
  for (long r = 0; r < TILE; r++) {
    const float *p = s->p + r * s->stride + r, *dp = s->scores + r * s->stride + r;
    vf sum = splat(0);
    for (long o = 0; o < s->window_stride; o += LANES) sum += load(p + o) * load(dp + o);
    float mean = lane_sum(sum);
    for (long o = 0; o < s->window_stride; o += LANES) {
      vf d = load(p + o) * (load(dp + o) - mean) * load(s->open + r * s->window_stride + o);
      store(s->ds + r * s->stride + r + o, d);
      store(s->ds_window + r * s->window_stride + o, d);
    }
  }
}

INLINE void local_backward(const float *projected, const int32_t *offsets, long documents,
                           long width, long heads, long half, const float *positions,
                           const float *dout, float *dprojected, long E) {
  const long W = padded(E), stride = 4 * width;
  local_scratch s = local_prepare(positions, half, E, 1);
  for (long b = 0; b < documents; b++) {
    const long length = offsets[b + 1] - offsets[b];
    for (long start = 0; start < length; start += LOCAL_BLOCK)
      for (long h = 0; h < heads; h++) {
        const float *q = projected + offsets[b] * stride + h * E;
        float *dq = dprojected + offsets[b] * stride + h * E;
        local_pack(q + width, stride, start, length, E, &s, s.k);
        local_pack(q + 2 * width, stride, start, length, E, &s, s.v);
        transpose_rows(s.k, s.block_rows, E, s.kt, s.stride);
        transpose_rows(s.v, s.block_rows, E, s.vt, s.stride);
        memset(s.k_sum, 0, (size_t)(s.block_rows * W) * sizeof(float));
        memset(s.v_sum, 0, (size_t)(s.block_rows * W) * sizeof(float));
        const long end = least(start + LOCAL_BLOCK, length);
        for (long i = start; i < end; i += TILE) {
          const long rows = least(TILE, end - i), local = i - start;
          local_probabilities(q, stride, i, local, rows, length, E, &s, 1);
          tile_product(s.p, s.stride, s.v + local * W, W, s.reach, W, s.o, W);
          memset(s.d_o, 0, (size_t)(TILE * W) * sizeof(float));
          for (long r = 0; r < rows; r++) {
            long gate = (i + r) * stride + 3 * width;
            gate_backward(q + gate, dout + (offsets[b] - offsets[0] + i + r) * width + h * E,
                          dq + gate, s.o + r * W, E, s.d_o + r * W);
          }
          tile_product(s.d_o, W, s.vt + local, s.stride, E, padded(s.reach), s.scores, s.stride);
          local_score_gradients(&s);
          tile_product(s.ds, s.stride, s.k + local * W, W, s.reach, W, s.o, W);
          for (long r = 0; r < rows; r++)
            for (long c = 0; c < E; c += LANES)
              add_first(dq + (i + r) * stride + c, load(s.o + r * W + c) * s.scale, E - c);
          tile_product(s.ds_window, s.window_stride, s.positions, W, s.window, W, s.o, W);
          for (long r = 0; r < rows; r++)
            for (long c = 0; c < E; c += LANES)
              add_first(dq + (i + r) * stride + c, load(s.o + r * W + c) * s.scale, E - c);
          tile_scatter(s.ds, s.stride, s.q, s.reach, W, s.k_sum + local * W);
          tile_scatter(s.p, s.stride, s.d_o, s.reach, W, s.v_sum + local * W);
        }
        for (long u = 0; u < s.block_rows; u++) {
          long j = start - half + u;
          if (j < 0 || j >= length) continue;
          for (long c = 0; c < E; c += LANES) {
            float *dk = dq + j * stride + width + c;
            add_first(dk, load(s.k_sum + u * W + c), E - c);
            add_first(dk + width, load(s.v_sum + u * W + c), E - c);
          }
        }
      }
  }
  free(s.block);
}

void KERNEL(zk_local_attention_backward)(const float *projected, const int32_t *offsets,
                                         long documents, long width, long heads, long half,
                                         const float *positions, const float *dout,
                                         float *dprojected) {
  const long E = width / heads;
  if (E == 16)
    local_backward(projected, offsets, documents, width, heads, half, positions, dout, dprojected,
                   16);
  else if (E == 32)
    local_backward(projected, offsets, documents, width, heads, half, positions, dout, dprojected,
                   32);
  else if (E == 64)
    local_backward(projected, offsets, documents, width, heads, half, positions, dout, dprojected,
                   64);
  else
    local_backward(projected, offsets, documents, width, heads, half, positions, dout, dprojected,
                   E);
}
