// Sums, copies and index lists over rows. All of them are bound by memory, not arithmetic.
#pragma once
#include "vector_math.h"

/// n columns from c of the sum of those that are not NULL, in this order.
INLINE vf start_columns(const float *bias, const float *residual, const float *looked_up, long c,
                        long n) {
  vf x = bias ? load_first(bias + c, n) : splat(0);
  if (residual) x += load_first(residual + c, n);
  if (looked_up) x += load_first(looked_up + c, n);
  return x;
}

INLINE void start_row(float *out, const float *bias, const float *residual,
                      const float *looked_up, long columns) {
  long c = 0;
  for (; c + LANES <= columns; c += LANES)
    store(out + c, start_columns(bias, residual, looked_up, c, LANES));
  if (c < columns)
    store_first(out + c, start_columns(bias, residual, looked_up, c, columns - c), columns - c);
}

void KERNEL(zk_start_rows)(float *out, const float *bias, const float *residual,
                           const float *table, const int32_t *row_of, long rows, long columns) {
  for (long i = 0; i < rows; i++, out += columns) {
    const float *looked_up = table ? table + (long)row_of[i] * columns : NULL;
    const float *row = residual ? residual + i * columns : NULL;
    // What the encoder asks for most, without asking at every vector.
    if (!bias && !row && looked_up) start_row(out, NULL, NULL, looked_up, columns);
    else if (!bias && row && looked_up) start_row(out, NULL, row, looked_up, columns);
    else start_row(out, bias, row, looked_up, columns);
  }
}

void KERNEL(zk_column_sums)(const float *x, long rows, long columns, float *sums) {
  long i = 0;
  // Four rows at a time: a quarter of the traffic on the sums.
  for (; i + 4 <= rows; i += 4) {
    const float *r = x + i * columns;
    for (long c = 0; c < columns; c += LANES) {
      long n = columns - c;
      vf first = load_first(r + c, n) + load_first(r + columns + c, n);
      vf second = load_first(r + 2 * columns + c, n) + load_first(r + 3 * columns + c, n);
      add_first(sums + c, first + second, n);
    }
  }
  for (; i < rows; i++)
    for (long c = 0; c < columns; c += LANES)
      add_first(sums + c, load_first(x + i * columns + c, columns - c), columns - c);
}

void KERNEL(zk_axpy)(float a, const float *x, float *y, long count) {
  for (long i = 0; i < count; i += LANES)
    add_first(y + i, a * load_first(x + i, count - i), count - i);
}

double KERNEL(zk_dot)(const float *a, const float *b, long count) {
  const long block = 1024;
  double total = 0;
  for (long start = 0; start < count; start += block) {
    long end = least(start + block, count);
    vf sum[4] = {0};
    long i = start;
    for (; i + 4 * LANES <= end; i += 4 * LANES)
      for (int chain = 0; chain < 4; chain++)
        sum[chain] += load(a + i + chain * LANES) * load(b + i + chain * LANES);
    for (; i < end; i += LANES)
      sum[0] += load_first(a + i, end - i) * load_first(b + i, end - i);
    total += lane_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
  return total;
}
