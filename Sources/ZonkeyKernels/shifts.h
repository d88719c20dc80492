// Sums of shifted columns: how a convolution follows from one matrix product.
//
// An output row sums its kernel's offsets, each from another row and other columns; both move by a
// fixed stride from offset to offset. At the ends of a sequence the run of offsets is shorter.
#pragma once
#include "vector_math.h"

typedef float eight __attribute__((ext_vector_type(8)));  // channels are few

INLINE eight load_eight(const float *p) {
  eight x;
  memcpy(&x, p, sizeof x);
  return x;
}

INLINE void store_eight(float *p, eight x) { memcpy(p, &x, sizeof x); }

/// to[c] += Σ_o from[o * stride + c] for `blocks` times eight columns c, a constant.
INLINE void sum_block(const int blocks, const float *from, long stride, long count, float *to) {
  eight sum[4];
#pragma clang loop unroll(full)
  for (int b = 0; b < blocks; b++) sum[b] = load_eight(to + 8 * b);
  for (long o = 0; o < count; o++)
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++) sum[b] += load_eight(from + o * stride + 8 * b);
#pragma clang loop unroll(full)
  for (int b = 0; b < blocks; b++) store_eight(to + 8 * b, sum[b]);
}

/// The same for one block; the splitter's whole kernels as constants.
INLINE void sum_eight(const float *from, long stride, long count, float *to) {
  switch (count) {
    case 3: sum_block(1, from, stride, 3, to); break;
    case 5: sum_block(1, from, stride, 5, to); break;
    case 7: sum_block(1, from, stride, 7, to); break;
    case 9: sum_block(1, from, stride, 9, to); break;
    default: sum_block(1, from, stride, count, to);
  }
}

/// One row's sums of one group: n channels.
INLINE void sum_offsets(const float *from, long stride, long count, long n, float *to) {
  if (n == 8) {
    sum_eight(from, stride, count, to);
    return;
  }
  long c = 0;
  for (; c + 32 <= n; c += 32) sum_block(4, from + c, stride, count, to + c);
  for (; c + 8 <= n; c += 8) sum_block(1, from + c, stride, count, to + c);
  for (; c < n; c++)
    for (long o = 0; o < count; o++) to[c] += from[o * stride + c];
}

/// to[o * to_stride + c] += from[o * stride + c] for such columns c.
INLINE void spread_block(const int blocks, const float *from, long stride, long count, float *to,
                         long to_stride) {
  for (long o = 0; o < count; o++)
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++) {
      float *place = to + o * to_stride + 8 * b;
      store_eight(place, load_eight(place) + load_eight(from + o * stride + 8 * b));
    }
}

/// What one row's columns of one group belong to: n channels.
INLINE void spread_offsets(const float *from, long stride, long count, long n, float *to) {
  long c = 0;
  for (; c + 32 <= n; c += 32) spread_block(4, from + c, stride, count, to + c, n);
  for (; c + 8 <= n; c += 8) spread_block(1, from + c, stride, count, to + c, n);
  for (; c < n; c++)
    for (long o = 0; o < count; o++) to[o * n + c] += from[o * stride + c];
}

/// Columns before the sums and after them.
INLINE void shift_widths(const int32_t *kernels, const int32_t *channels, long groups, long *inputs,
                         long *outputs) {
  *inputs = *outputs = 0;
  for (long g = 0; g < groups; g++) {
    *inputs += (long)kernels[g] * channels[g];
    *outputs += channels[g];
  }
}

void KERNEL(zk_shifted_sum_forward)(const float *x, const int32_t *offsets, long sequences,
                                    const int32_t *kernels, const int32_t *channels, long groups,
                                    float *out) {
  long inputs, outputs;
  shift_widths(kernels, channels, groups, &inputs, &outputs);
  for (long s = 0; s < sequences; s++)
    for (long row = offsets[s]; row < offsets[s + 1]; row++) {
      const float *columns = x;
      float *sums = out + row * outputs;
      for (long g = 0; g < groups; g++) {
        // Offset o of this row's sums comes from row first + o.
        const long n = channels[g], first = row - kernels[g] / 2;
        const long low = most(0, offsets[s] - first);
        const long high = least(kernels[g], offsets[s + 1] - first);
        sum_offsets(columns + (first + low) * inputs + low * n, inputs + n, high - low, n, sums);
        columns += kernels[g] * n;
        sums += n;
      }
    }
}

void KERNEL(zk_shifted_sum_backward)(const float *dout, const int32_t *offsets, long sequences,
                                     const int32_t *kernels, const int32_t *channels, long groups,
                                     float *dx) {
  long inputs, outputs;
  shift_widths(kernels, channels, groups, &inputs, &outputs);
  for (long s = 0; s < sequences; s++)
    for (long row = offsets[s]; row < offsets[s + 1]; row++) {
      const float *dsums = dout;
      float *columns = dx + row * inputs;
      for (long g = 0; g < groups; g++) {
        // Offset o of this row's columns went to row last - o.
        const long n = channels[g], last = row + kernels[g] / 2;
        const long low = most(0, last - offsets[s + 1] + 1);
        const long high = least(kernels[g], last - offsets[s] + 1);
        spread_offsets(dsums + (last - low) * outputs, -outputs, high - low, n, columns + low * n);
        columns += kernels[g] * n;
        dsums += n;
      }
    }
}
