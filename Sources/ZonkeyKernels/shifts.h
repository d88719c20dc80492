// Sums of shifted columns: how a convolution follows from one matrix product.

/// to[0 ..< n] += from[0 ..< n]; channels are few, so eight at a time.
INLINE void add_channels(float *to, const float *from, long n) {
  typedef float eight __attribute__((ext_vector_type(8)));
  long c = 0;
  for (; c + 8 <= n; c += 8) {
    eight x, y;
    memcpy(&x, from + c, sizeof x);
    memcpy(&y, to + c, sizeof y);
    y += x;
    memcpy(to + c, &y, sizeof y);
  }
  for (; c < n; c++) to[c] += from[c];
}

/// Every pair of an output's channels and the columns that they are the sum of.
#define FOR_EACH_SHIFT(body)                                                                     \
  long inputs = 0, outputs = 0;                                                                  \
  for (long g = 0; g < groups; g++) {                                                            \
    inputs += (long)kernels[g] * channels[g];                                                    \
    outputs += channels[g];                                                                      \
  }                                                                                              \
  for (long s = 0; s < sequences; s++)                                                           \
    for (long row = offsets[s]; row < offsets[s + 1]; row++) {                                   \
      long column = 0, target = row * outputs;                                                   \
      for (long g = 0; g < groups; g++) {                                                        \
        long n = channels[g];                                                                    \
        for (long o = 0; o < kernels[g]; o++, column += n) {                                     \
          long source = row + o - kernels[g] / 2;                                                \
          if (source < offsets[s] || source >= offsets[s + 1]) continue;                         \
          long from = source * inputs + column, to = target;                                     \
          body;                                                                                  \
        }                                                                                        \
        target += n;                                                                             \
      }                                                                                          \
    }

void KERNEL(zk_shifted_sum_forward)(const float *x, const int32_t *offsets, long sequences,
                                    const int32_t *kernels, const int32_t *channels, long groups,
                                    float *out) {
  FOR_EACH_SHIFT(add_channels(out + to, x + from, n))
}

void KERNEL(zk_shifted_sum_backward)(const float *dout, const int32_t *offsets, long sequences,
                                     const int32_t *kernels, const int32_t *channels, long groups,
                                     float *dx) {
  FOR_EACH_SHIFT(add_channels(dx + from, dout + to, n))
}
