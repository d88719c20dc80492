// GELU, LayerNorm and the sphere norm.

void KERNEL(zk_gelu_forward)(const float *x, float *out, long count) {
  for (long i = 0; i < count; i += LANES) {
    vf value = load_first(x + i, count - i), below, density;
    normal_distribution(value, &below, &density);
    store_first(out + i, value * below, count - i);
  }
}

void KERNEL(zk_gelu_backward)(const float *x, const float *dout, float *dx, long count) {
  for (long i = 0; i < count; i += LANES) {
    vf value = load_first(x + i, count - i), below, density;
    normal_distribution(value, &below, &density);
    add_first(dx + i, load_first(dout + i, count - i) * (below + value * density), count - i);
  }
}

// ---- LayerNorm -------------------------------------------------------------------------------
// The row functions are inlined with constant widths for the common sizes. Sums run in four
// chains: one would wait for the latency of every addition.

INLINE void layernorm_forward_row(const float *x, const float *gain, const float *bias,
                                  float *out, float *mean_out, float *rstd_out, long columns) {
  vf sum[4] = {0};
  for (long c = 0, chain = 0; c < columns; c += LANES, chain = (chain + 1) & 3)
    sum[chain] += load_first(x + c, columns - c);
  float mean = lane_sum((sum[0] + sum[1]) + (sum[2] + sum[3])) / (float)columns;
  vf square[4] = {0};
  for (long c = 0, chain = 0; c < columns; c += LANES, chain = (chain + 1) & 3) {
    vf d = load_first(x + c, columns - c) - mean;
    if (columns - c < LANES) d = choose(lane_index() < (int)(columns - c), d, splat(0));
    square[chain] += d * d;
  }
  float variance = lane_sum((square[0] + square[1]) + (square[2] + square[3])) / (float)columns;
  float rstd = 1.0f / sqrtf(variance + 1e-5f);
  for (long c = 0; c < columns; c += LANES) {
    long n = columns - c;
    vf normal = (load_first(x + c, n) - mean) * rstd;
    store_first(out + c, normal * load_first(gain + c, n) + load_first(bias + c, n), n);
  }
  *mean_out = mean;
  *rstd_out = rstd;
}

INLINE void layernorm_forward(const float *x, const float *gain, const float *bias, float *out,
                              float *mean, float *rstd, long rows, long columns) {
  for (long i = 0; i < rows; i++)
    layernorm_forward_row(x + i * columns, gain, bias, out + i * columns, mean + i, rstd + i,
                          columns);
}

void KERNEL(zk_layernorm_forward)(const float *x, const float *gain, const float *bias,
                                  float *out, float *mean, float *rstd, long rows,
                                  long columns) {
  if (columns == 64) layernorm_forward(x, gain, bias, out, mean, rstd, rows, 64);
  else if (columns == 256) layernorm_forward(x, gain, bias, out, mean, rstd, rows, 256);
  else layernorm_forward(x, gain, bias, out, mean, rstd, rows, columns);
}

INLINE void layernorm_backward(const float *x, const float *gain, const float *mean,
                               const float *rstd, const float *dout, float *dx, float *dgain,
                               float *dbias, long rows, long columns) {
  for (long i = 0; i < rows; i++, x += columns, dout += columns) {
    vf sum[2] = {0}, projection[2] = {0};
    for (long c = 0, chain = 0; c < columns; c += LANES, chain ^= 1) {
      long n = columns - c;
      vf normal = (load_first(x + c, n) - mean[i]) * rstd[i];
      vf d = load_first(dout + c, n), g = d * load_first(gain + c, n);
      sum[chain] += g;
      projection[chain] += g * normal;
      if (dgain) add_first(dgain + c, d * normal, n);
      if (dbias) add_first(dbias + c, d, n);
    }
    if (!dx) continue;
    float average = lane_sum(sum[0] + sum[1]) / (float)columns;
    float slope = lane_sum(projection[0] + projection[1]) / (float)columns;
    for (long c = 0; c < columns; c += LANES) {
      long n = columns - c;
      vf normal = (load_first(x + c, n) - mean[i]) * rstd[i];
      vf g = load_first(dout + c, n) * load_first(gain + c, n);
      add_first(dx + i * columns + c, (g - average - normal * slope) * rstd[i], n);
    }
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
  vf sum[2] = {0};
  for (long c = 0, chain = 0; c < columns; c += LANES, chain ^= 1)
    sum[chain] += load_first(a + c, columns - c) * load_first(b + c, columns - c);
  return lane_sum(sum[0] + sum[1]);
}

void KERNEL(zk_sphere_forward)(const float *x, float radius, float *out, float *length,
                               long rows, long columns) {
  for (long i = 0; i < rows; i++, x += columns, out += columns) {
    float norm = sqrtf(row_dot(x, x, columns));
    length[i] = norm < 1e-12f ? 1e-12f : norm;
    float scale = radius / length[i];
    for (long c = 0; c < columns; c += LANES)
      store_first(out + c, load_first(x + c, columns - c) * scale, columns - c);
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
