// One step of causal attention over cached keys and values.
//
// Every query has keys of its own, so (segment, head) pairs are the lanes: 16 pairs at a time,
// scores [step + 1][16], the softmax without sums across lanes. Going forward, what 16 pairs keep of
// their steps lies together: keys as columns [E][16], so that a score is a sum over columns, and
// values as rows [16][E]. The rows of all segments are too far apart from step to step: they would
// meet in few sets of the cache.
#pragma once
#include "rows_and_tiles.h"

typedef struct {
  long count;         // pairs in use
  long offset[LANES]; // of the pair's query in a step's rows; unused lanes repeat pair 0
} step_pairs;

/// Where a step's rows begin.
INLINE long step_row(const int32_t *first_row, long step, long width) {
  return first_row[step] * 3 * width;
}

INLINE step_pairs step_pairs_from(long first, long alive, long width, long heads) {
  step_pairs pairs = {.count = least(LANES, alive * heads - first)};
  const long E = width / heads;
  long head = first % heads, segment = first / heads * 3 * width;
  for (long l = 0; l < LANES; l++) {
    pairs.offset[l] = l < pairs.count ? segment + head * E : pairs.offset[0];
    if (++head == heads) {
      head = 0;
      segment += 3 * width;
    }
  }
  return pairs;
}

/// Lane l: x[l, :]·rows[offset l ...], x packed in rows of padded(E).
INLINE vf step_products(const float *x, const float *rows, const step_pairs *pairs, long E) {
  vf sum[LANES];
#pragma clang loop unroll(full)
  for (int l = 0; l < LANES; l++) sum[l] = splat(0);
  for (long c = 0; c < E; c += LANES)
#pragma clang loop unroll(full)
    for (int l = 0; l < LANES; l++)
      sum[l] += load(x + l * padded(E) + c) * load_first(rows + pairs->offset[l] + c, E - c);
  return sums_of_each(sum);
}

/// The rows of the pairs as columns: out [padded(E), 16].
INLINE void step_columns(const float *rows, const step_pairs *pairs, float scale, long E,
                         float *out) {
  const float *row[LANES];
  for (long l = 0; l < LANES; l++) row[l] = rows + pairs->offset[l];
  transpose_rows(row, E, scale, NULL, out, LANES);
}

/// Scores [step + 1][16] become e^(score - max); returns the factors that make them probabilities.
INLINE vf step_softmax(long step, float *p) {
  vf top = load(p);
  for (long j = 1; j <= step; j++) top = larger(top, load(p + j * LANES));
  return 1.0f / exponentials(p, step + 1, top);
}

/// Probabilities [step + 1][16] of the pairs again; q receives the scaled queries.
INLINE void step_probabilities(const float *projected, const int32_t *first_row, long step,
                               long width, const step_pairs *pairs, long E, float *q, float *p) {
  const float scale = 1.0f / sqrtf((float)E);
  for (long l = 0; l < LANES; l++)
    pack_rows(projected + step_row(first_row, step, width) + pairs->offset[l], 0, 1, 1, E, NULL, scale,
              q + l * padded(E));
  for (long j = 0; j <= step; j++)
    store(p + j * LANES,
          step_products(q, projected + step_row(first_row, j, width) + width, pairs, E));
  scale_vectors(p, step + 1, step_softmax(step, p));
}

/// out[r, :] = Σ_j w[j, l] * rows of step j for the pairs l = first + r of a tile: their weighted
/// sums, 16 columns from c.
INLINE void step_sums(const float *w, const float *rows, const int32_t *first_row, long step,
                      long width, const step_pairs *pairs, long first, long c, long E,
                      vf out[TILE]) {
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE; r++) out[r] = splat(0);
  for (long j = 0; j <= step; j++)
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE; r++)
      out[r] += w[j * LANES + first + r] *
                load_first(rows + step_row(first_row, j, width) + pairs->offset[first + r] + c, E - c);
}

/// out[l, :] = factor[l] * Σ_j p[j, l] * row l of step j of values, for `count` pairs l.
INLINE void step_outputs(const float *p, const float *values, const float *factor, long step,
                         const long count, long E, float *out) {
  for (long l = 0; l < count; l += TILE)
    for (long c = 0; c < E; c += LANES) {
      const float *rows = values + l * padded(E) + c;
      vf sum[TILE];
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++) sum[r] = splat(0);
      for (long j = 0; j <= step; j++)
#pragma clang loop unroll(full)
        for (int r = 0; r < TILE; r++)
          sum[r] += p[j * LANES + l + r] * load(rows + (j * LANES + r) * padded(E));
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE; r++)
        if (l + r < count) store_first(out + (l + r) * E + c, sum[r] * factor[l + r], E - c);
    }
}

INLINE void step_forward(const float *projected, const int32_t *first_row, long steps, long step,
                         long alive, long width, long heads, float *kept, float *out, long E) {
  float *q = scratch_floats(LANES * (padded(E) + step + 1)), *p = q + LANES * padded(E);
  const long block = padded(E) * LANES;
  const float *rows = projected + step_row(first_row, step, width), scale = 1.0f / sqrtf((float)E);
  for (long first = 0; first < alive * heads; first += LANES, kept += 2 * steps * block) {
    step_pairs pairs = step_pairs_from(first, alive, width, heads);
    float *keys = kept, *values = kept + steps * block;
    step_columns(rows, &pairs, scale, E, q);
    step_columns(rows + width, &pairs, 1, E, keys + step * block);
    for (long l = 0; l < LANES; l++)
      pack_rows(rows + 2 * width + pairs.offset[l], 0, 1, 1, E, NULL, 1,
                values + step * block + l * padded(E));
    column_products(q, keys, LANES, block, NULL, E, step + 1, p);
    float factor[LANES];
    store(factor, step_softmax(step, p));
    // Pairs stand in the order of the output's heads.
    if (pairs.count == LANES) step_outputs(p, values, factor, step, LANES, E, out + first * E);
    else step_outputs(p, values, factor, step, pairs.count, E, out + first * E);
  }
  free(q);
}

void KERNEL(zk_step_attention_forward)(const float *projected, const int32_t *first_row,
                                       long steps, long step, long alive, long width, long heads,
                                       float *kept, float *out) {
  const long E = width / heads;
#define CALL(n) step_forward(projected, first_row, steps, step, alive, width, heads, kept, out, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}

INLINE void step_backward(const float *projected, const int32_t *first_row, long step, long alive,
                          long width, long heads, const float *dout, float *dprojected, long E) {
  const long W = padded(E);
  const float scale = 1.0f / sqrtf((float)E);
  float *q = scratch_floats(2 * LANES * (W + step + 1)), *d_o = q + LANES * W;
  float *p = d_o + LANES * W, *ds = p + LANES * (step + 1);
  for (long first = 0; first < alive * heads; first += LANES) {
    step_pairs pairs = step_pairs_from(first, alive, width, heads);
    step_probabilities(projected, first_row, step, width, &pairs, E, q, p);
    for (long l = 0; l < LANES; l++)
      pack_rows(dout + (first + (l < pairs.count ? l : 0)) * E, 0, 1, 1, E, NULL, 1, d_o + l * W);
    vf mean = splat(0);
    for (long j = 0; j <= step; j++) {
      vf dp = step_products(d_o, projected + step_row(first_row, j, width) + 2 * width, &pairs, E);
      store(ds + j * LANES, dp);
      mean += load(p + j * LANES) * dp;
    }
    for (long j = 0; j <= step; j++)
      store(ds + j * LANES, load(p + j * LANES) * (load(ds + j * LANES) - mean));
    for (long l = 0; l < pairs.count; l += TILE)
      for (long c = 0; c < E; c += LANES) {
        vf sum[TILE];
        step_sums(ds, projected + width, first_row, step, width, &pairs, l, c, E, sum);
        float *dq = dprojected + step_row(first_row, step, width) + c;
#pragma clang loop unroll(full)
        for (int r = 0; r < TILE; r++)
          if (l + r < pairs.count) add_first(dq + pairs.offset[l + r], sum[r] * scale, E - c);
      }
    for (long j = 0; j <= step; j++)
      for (long l = 0; l < pairs.count; l++) {
        float *dk = dprojected + step_row(first_row, j, width) + pairs.offset[l] + width;
        for (long c = 0; c < E; c += LANES) {
          add_first(dk + c, ds[j * LANES + l] * load(q + l * W + c), E - c);
          add_first(dk + width + c, p[j * LANES + l] * load(d_o + l * W + c), E - c);
        }
      }
  }
  free(q);
}

void KERNEL(zk_step_attention_backward)(const float *projected, const int32_t *first_row,
                                        long step, long alive, long width, long heads,
                                        const float *dout, float *dprojected) {
  const long E = width / heads;
#define CALL(n) step_backward(projected, first_row, step, alive, width, heads, dout, dprojected, n)
  WITH_HEAD_WIDTH(E, CALL)
#undef CALL
}
