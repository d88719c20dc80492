// GELU, LayerNorm and the sphere norm.
#pragma once
#include "vector_math.h"

/// x Φ(x), which is max(x, 0) - |x| Φ(-|x|); with `slope` its derivative too.
INLINE vf gelu(vf x, vf *slope) {
  vf u = at_most(magnitude(x), NORMAL_RANGE), tail = normal_tail(u);
  if (slope) *slope = choose(x < 0.0f, tail, 1.0f - tail) + x * normal_density(x);
  return at_least(x, 0.0f) - u * tail;
}

// Whole vectors go without a check, so that constants stay in registers.

INLINE void gelu_forward(const float *x, float *out, long n) {
  store_first(out, gelu(load_first(x, n), NULL), n);
}

INLINE void gelu_backward(const float *x, const float *dout, float *dx, long n) {
  vf slope;
  gelu(load_first(x, n), &slope);
  add_first(dx, load_first(dout, n) * slope, n);
}

INLINE void gelu_chain(const float *x, float *out, float *d, long n) {
  vf slope, value = gelu(load_first(x, n), &slope);
  store_first(out, value, n);
  store_first(d, load_first(d, n) * slope, n);
}

void KERNEL(zk_gelu_forward)(const float *x, float *out, long count) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) gelu_forward(x + i, out + i, LANES);
  if (i < count) gelu_forward(x + i, out + i, count - i);
}

void KERNEL(zk_gelu_backward)(const float *x, const float *dout, float *dx, long count) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) gelu_backward(x + i, dout + i, dx + i, LANES);
  if (i < count) gelu_backward(x + i, dout + i, dx + i, count - i);
}

void KERNEL(zk_gelu_chain)(const float *x, float *out, float *d, long count) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) gelu_chain(x + i, out + i, d + i, LANES);
  if (i < count) gelu_chain(x + i, out + i, d + i, count - i);
}

// ---- LayerNorm -------------------------------------------------------------------------------
// Rows in fours: their sums are independent chains of additions, and the loads and stores of what
// belongs to columns are shared. Four fours go side by side, since each waits for its own moments.
// A row's own arithmetic is the same in any company. Common widths are inlined as constants.

enum { QUAD = 4 };

/// Where four rows from `first` on begin; those past the last of `rows` are the last again.
INLINE void quad_places(long first, long rows, long columns, long place[QUAD]) {
#pragma clang loop unroll(full)
  for (int r = 0; r < QUAD; r++) place[r] = least(first + r, rows - 1) * columns;
}

/// Lane i: Σ_c (x[c] - mean[i])^power / columns of row start + i.
INLINE vf row_moments(const int power, const float *x, const float *mean, long start, long rows,
                      long columns) {
  vf partial[LANES];
  for (long i = 0; i < LANES; i += QUAD) {
    vf sum[QUAD] = {0};
    long place[QUAD];
    quad_places(start + i, rows, columns, place);
    for (long c = 0; c < columns && start + i < rows; c += LANES)
#pragma clang loop unroll(full)
      for (int r = 0; r < QUAD; r++) {
        vf d = load_first(x + place[r] + c, columns - c);
        if (power == 2) {
          d -= mean[i + r];
          if (columns - c < LANES) d = choose(lane_index() < (int)(columns - c), d, splat(0));
          d *= d;
        }
        sum[r] += d;
      }
#pragma clang loop unroll(full)
    for (int r = 0; r < QUAD; r++) partial[i + r] = sum[r];
  }
  return sums_of_each(partial) / (float)columns;
}

INLINE void layernorm_forward(const float *x, const float *gain, const float *bias, float *out,
                              float *mean_out, float *rstd_out, long rows, long columns) {
  for (long start = 0; start < rows; start += LANES) {
    const long group = least(LANES, rows - start);
    float mean[LANES], rstd[LANES];
    store(mean, row_moments(1, x, NULL, start, rows, columns));
    vf variance = row_moments(2, x, mean, start, rows, columns);
    store(rstd, 1.0f / __builtin_elementwise_sqrt(variance + 1e-5f));
    for (long i = 0; i < group; i += QUAD) {
      long place[QUAD];
      quad_places(start + i, rows, columns, place);
      for (long c = 0; c < columns; c += LANES) {
        const long n = columns - c;
        vf scale = load_first(gain + c, n), shift = load_first(bias + c, n);
#pragma clang loop unroll(full)
        for (int r = 0; r < QUAD; r++) {
          vf normal = (load_first(x + place[r] + c, n) - mean[i + r]) * rstd[i + r];
          store_first(out + place[r] + c, normal * scale + shift, n);
        }
      }
    }
    for (long r = 0; r < group; r++) {
      mean_out[start + r] = mean[r];
      rstd_out[start + r] = rstd[r];
    }
  }
}

void KERNEL(zk_layernorm_forward)(const float *x, const float *gain, const float *bias,
                                  float *out, float *mean, float *rstd, long rows,
                                  long columns) {
  if (columns == 64) layernorm_forward(x, gain, bias, out, mean, rstd, rows, 64);
  else if (columns == 256) layernorm_forward(x, gain, bias, out, mean, rstd, rows, 256);
  else layernorm_forward(x, gain, bias, out, mean, rstd, rows, columns);
}

INLINE void layernorm_backward_group(const float *x, const float *gain, const float *mean,
                                     const float *rstd, const float *dout, float *dx,
                                     float *dgain, float *dbias, long columns, const int group) {
  vf sum[QUAD] = {0}, projection[QUAD] = {0};
  for (long c = 0; c < columns; c += LANES) {
    const long n = columns - c;
    vf scale = load_first(gain + c, n), to_gain = splat(0), to_bias = splat(0);
    for (int r = 0; r < group; r++) {
      vf normal = (load_first(x + r * columns + c, n) - mean[r]) * rstd[r];
      vf d = load_first(dout + r * columns + c, n), g = d * scale;
      sum[r] += g;
      projection[r] += g * normal;
      to_gain += d * normal;
      to_bias += d;
    }
    if (dgain) add_first(dgain + c, to_gain, n);
    if (dbias) add_first(dbias + c, to_bias, n);
  }
  if (!dx) return;
  float average[QUAD], slope[QUAD];
  for (int r = 0; r < group; r++) {
    average[r] = lane_sum(sum[r]) / (float)columns;
    slope[r] = lane_sum(projection[r]) / (float)columns;
  }
  for (long c = 0; c < columns; c += LANES) {
    const long n = columns - c;
    vf scale = load_first(gain + c, n);
    for (int r = 0; r < group; r++) {
      vf normal = (load_first(x + r * columns + c, n) - mean[r]) * rstd[r];
      vf g = load_first(dout + r * columns + c, n) * scale;
      add_first(dx + r * columns + c, (g - average[r] - normal * slope[r]) * rstd[r], n);
    }
  }
}

INLINE void layernorm_backward(const float *x, const float *gain, const float *mean,
                               const float *rstd, const float *dout, float *dx, float *dgain,
                               float *dbias, long rows, long columns) {
  for (long i = 0; i < rows;) {
    const long at = i * columns;
    float m[QUAD], s[QUAD], *d = dx ? dx + at : NULL;
    const int group = rows - i >= QUAD ? QUAD : 1;
    for (int r = 0; r < group; r++) {
      m[r] = mean[i + r];
      s[r] = rstd[i + r];
    }
    if (group == QUAD)
      layernorm_backward_group(x + at, gain, m, s, dout + at, d, dgain, dbias, columns, QUAD);
    else
      layernorm_backward_group(x + at, gain, m, s, dout + at, d, dgain, dbias, columns, 1);
    i += group;
  }
}

void KERNEL(zk_layernorm_backward)(const float *x, const float *gain, const float *mean,
                                   const float *rstd, const float *dout, float *dx,
                                   float *dgain, float *dbias, long rows, long columns) {
  if (columns == 64)
    layernorm_backward(x, gain, mean, rstd, dout, dx, dgain, dbias, rows, 64);
  else if (columns == 256)
    layernorm_backward(x, gain, mean, rstd, dout, dx, dgain, dbias, rows, 256);
  else
    layernorm_backward(x, gain, mean, rstd, dout, dx, dgain, dbias, rows, columns);
}

// ---- Sphere norm -----------------------------------------------------------------------------

INLINE float row_dot(const float *a, const float *b, long columns) {
  // Two chains: one would wait for the latency of every addition.
  vf even = splat(0), odd = splat(0);
  long c = 0;
  for (; c + 2 * LANES <= columns; c += 2 * LANES) {
    even += load(a + c) * load(b + c);
    odd += load(a + c + LANES) * load(b + c + LANES);
  }
  for (; c < columns; c += LANES)
    even += load_first(a + c, columns - c) * load_first(b + c, columns - c);
  return lane_sum(even + odd);
}

void KERNEL(zk_sphere_forward)(const float *x, float radius, float *out, float *length,
                               long rows, long columns) {
  for (long first = 0; first < rows; first += QUAD) {
    vf squares[QUAD] = {0};
    long place[QUAD];
    quad_places(first, rows, columns, place);
    for (long c = 0; c < columns; c += LANES)
#pragma clang loop unroll(full)
      for (int r = 0; r < QUAD; r++) {
        vf v = load_first(x + place[r] + c, columns - c);
        squares[r] += v * v;
      }
    vf norms = at_least(__builtin_elementwise_sqrt(sums_of_four(squares)), 1e-12f);
    for (long r = 0; r < least(QUAD, rows - first); r++) {
      length[first + r] = norms[r];
      vf scale = splat(radius / norms[r]);
      for (long c = 0; c < columns; c += LANES)
        store_first(out + place[r] + c, load_first(x + place[r] + c, columns - c) * scale,
                    columns - c);
    }
  }
}

void KERNEL(zk_sphere_backward)(const float *x, const float *length, float radius,
                                const float *dout, float *dx, long rows, long columns) {
  for (long i = 0; i < rows; i++, x += columns, dout += columns, dx += columns) {
    float inverse = 1.0f / length[i];
    float along = row_dot(x, dout, columns) * inverse, scale = radius * inverse;
    for (long c = 0; c < columns; c += LANES) {
      long n = columns - c;
      vf unit = load_first(x + c, n) * inverse;
      add_first(dx + c, (load_first(dout + c, n) - unit * along) * scale, n);
    }
  }
}
