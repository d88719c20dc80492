// Convolutions along sequences of rows: a window of rows is one longer row, as it lies there, so
// that 16 outputs are a product whose rows overlap. Groups whose kernels are shorter than the
// longest among the 16 have zeros in the window's ends.
#pragma once
#include "product.h"
#include "shifts.h"

/// The window of the 16 outputs from `column` on: `left` rows in front of its own, `count` in all.
typedef struct {
  long left, count;
} row_window;

INLINE row_window window_of_columns(const int32_t *kernels, const int32_t *channels, long groups,
                                    long column) {
  long left = 0, right = 0, first = 0;
  for (long g = 0; g < groups; first += channels[g++]) {
    if (first >= column + LANES || first + channels[g] <= column) continue;
    left = most(left, kernels[g] / 2);
    right = most(right, kernels[g] - 1 - kernels[g] / 2);
  }
  return (row_window){left, left + right + 1};
}

long KERNEL(zk_pack_convolution)(const float *weight, long width, const int32_t *kernels,
                                 const int32_t *channels, long groups, float *packed) {
  long taps, outputs, total = 0;
  shift_widths(kernels, channels, groups, &taps, &outputs);
  for (long column = 0; column < outputs; column += LANES) {
    const row_window window = window_of_columns(kernels, channels, groups, column);
    const long count = window.count * width * LANES;
    total += count;
    if (packed == NULL) continue;
    memset(packed, 0, (size_t)count * sizeof(float));
    const float *from = weight;
    long first = 0;
    for (long g = 0; g < groups; g++) {
      for (long o = 0; o < kernels[g]; o++) {
        const long place = o - kernels[g] / 2 + window.left;
        for (long c = 0; c < channels[g]; c++, from += width) {
          const long lane = first + c - column;
          if (lane < 0 || lane >= LANES) continue;
          for (long d = 0; d < width; d++) packed[(place * width + d) * LANES + lane] = from[d];
        }
      }
      first += channels[g];
    }
    packed += count;
  }
  return total;
}

/// n of 16 outputs of `rows` ≤ TILE_ROWS rows; the first row's window begins at `x`.
INLINE void convolution_tile(const int rows, const float *x, const float *packed, vf bias,
                             long width, long inputs, long n, long outputs, float *out) {
  vf sum[TILE_ROWS][TILE_VECTORS];
  const float *third[(TILE_ROWS + 2) / 3];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i][0] = bias;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i += 3) third[i / 3] = x + i * width;
  long k = 0;
  for (; k + 8 <= inputs; k += 8)
    product_inputs(8, rows, 1, third, packed + k * LANES, width, sum);
  for (; k < inputs; k++) product_inputs(1, rows, 1, third, packed + k * LANES, width, sum);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) store_first(out + i * outputs, sum[i][0], n);
}

/// The next `rows` rows of a sequence, which have `reach` rows in front of them at `x` and as many
/// behind.
INLINE void convolution_block(const float *x, long reach, long rows, long width,
                              const float *packed, const float *bias, const int32_t *kernels,
                              const int32_t *channels, long groups, long outputs, float *out) {
  for (long column = 0; column < outputs; column += LANES) {
    const row_window window = window_of_columns(kernels, channels, groups, column);
    const long inputs = window.count * width, n = least(LANES, outputs - column);
    const float *first = x + (reach - window.left) * width;
    const vf start = load_first(bias + column, n);
    for (long row = 0; row < rows;) {
      const long count = tile_rows(rows - row);
#define CONVOLUTION_ROWS(rows)                                                               \
  convolution_tile(rows, first + row * width, packed, start, width, inputs, n, outputs,       \
                   out + row * outputs + column)
      WITH_TILE_ROWS(count, CONVOLUTION_ROWS)
#undef CONVOLUTION_ROWS
      row += count;
    }
    packed += inputs * LANES;
  }
}

void KERNEL(zk_convolution)(const float *x, const int32_t *offsets, long sequences,
                            const float *packed, const float *bias, long width,
                            const int32_t *kernels, const int32_t *channels, long groups,
                            float *out) {
  const long block = product_block_rows(width);
  long taps, outputs, reach = 0;
  shift_widths(kernels, channels, groups, &taps, &outputs);
  for (long g = 0; g < groups; g++) reach = most(reach, kernels[g] / 2);
  // The rows of a block and those around it, zeros where the sequence has none.
  float *rows = scratch_floats((block + 2 * reach) * width);
  for (long s = 0; s < sequences; s++)
    for (long first = offsets[s]; first < offsets[s + 1]; first += block) {
      const long count = least(block, offsets[s + 1] - first);
      const long low = most(offsets[s], first - reach);
      const long high = least(offsets[s + 1], first + count + reach);
      const long before = (low - first + reach) * width, inside = (high - low) * width;
      memset(rows, 0, (size_t)before * sizeof(float));
      memcpy(rows + before, x + low * width, (size_t)inside * sizeof(float));
      memset(rows + before + inside, 0,
             (size_t)((count + 2 * reach) * width - before - inside) * sizeof(float));
      convolution_block(rows, reach, count, width, packed, bias, kernels, channels, groups,
                        outputs, out + first * outputs);
    }
  free(rows);
}
