// Vectors of 16 floats (one AVX-512 register, two of AVX2, four of SSE or NEON) and elementary
// functions on them. Tails go through the same vectors, zero-filled: an element's result does
// not depend on where in an array it stands.
#pragma once
#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 16 };

typedef float vf __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef uint64_t vu64 __attribute__((ext_vector_type(16)));

// ---- Loads and stores ------------------------------------------------------------------------

INLINE vf splat(float x) { return (vf)x; }

INLINE vf load(const float *p) {
  vf x;
  memcpy(&x, p, sizeof x);
  return x;
}

INLINE void store(float *p, vf x) { memcpy(p, &x, sizeof x); }

/// The first n of 16 floats, zeros after them; all 16 where n ≥ 16.
INLINE vf load_first(const float *p, long n) {
  if (n >= LANES) return load(p);
  float part[LANES] = {0};
  for (long i = 0; i < n; i++) part[i] = p[i];
  return load(part);
}

INLINE void store_first(float *p, vf x, long n) {
  if (n >= LANES) {
    store(p, x);
    return;
  }
  float part[LANES];
  store(part, x);
  for (long i = 0; i < n; i++) p[i] = part[i];
}

INLINE void add_first(float *p, vf x, long n) { store_first(p, load_first(p, n) + x, n); }

INLINE vi lane_index(void) {
  return (vi){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
}

INLINE long padded(long n) { return (n + LANES - 1) / LANES * LANES; }

INLINE long least(long a, long b) { return a < b ? a : b; }

INLINE long most(long a, long b) { return a > b ? a : b; }

/// Aligned floats; the caller frees. Kernels allocate once a call: nothing next to their work.
INLINE float *scratch_floats(long count) {
  float *p = aligned_alloc(64, (size_t)padded(count + 1) * sizeof(float));
  if (p == NULL) abort();
  return p;
}

// ---- Selection; NaN in `x` comes through -----------------------------------------------------

INLINE vf choose(vi condition, vf yes, vf no) { return condition ? yes : no; }
INLINE vf at_least(vf x, float low) { return choose(x < splat(low), splat(low), x); }
INLINE vf at_most(vf x, float high) { return choose(x > splat(high), splat(high), x); }
INLINE vf larger(vf a, vf b) { return choose(a < b, b, a); }
INLINE vf magnitude(vf x) { return (vf)((vi)x & 0x7fffffff); }

// ---- Across lanes, in one fixed order --------------------------------------------------------

#define ROTATED(x, n)                                                                            \
  __builtin_shufflevector(x, x, (n) & 15, (1 + (n)) & 15, (2 + (n)) & 15, (3 + (n)) & 15,        \
                          (4 + (n)) & 15, (5 + (n)) & 15, (6 + (n)) & 15, (7 + (n)) & 15,        \
                          (8 + (n)) & 15, (9 + (n)) & 15, (10 + (n)) & 15, (11 + (n)) & 15,      \
                          (12 + (n)) & 15, (13 + (n)) & 15, (14 + (n)) & 15, (15 + (n)) & 15)

INLINE float lane_sum(vf x) {
  x = x + ROTATED(x, 8);
  x = x + ROTATED(x, 4);
  x = x + ROTATED(x, 2);
  x = x + ROTATED(x, 1);
  return x[0];
}

INLINE float lane_max(vf x) {
  x = larger(x, ROTATED(x, 8));
  x = larger(x, ROTATED(x, 4));
  x = larger(x, ROTATED(x, 2));
  x = larger(x, ROTATED(x, 1));
  return x[0];
}

INLINE vf interleave_low(vf a, vf b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

INLINE vf interleave_high(vf a, vf b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}

// Transposition goes by groups of four lanes, which lie in one register of any instruction set:
// first inside the groups, then whole groups.

#define GROUP_LANE(i, g) ((i) + 4 * (g) + ((i) < 4 ? 0 : 12))

/// In every group of four: the lanes i, j, k, l of those of `a` (0 to 3) and of `b` (4 to 7).
#define IN_GROUPS(a, b, i, j, k, l)                                                              \
  __builtin_shufflevector(a, b, GROUP_LANE(i, 0), GROUP_LANE(j, 0), GROUP_LANE(k, 0),            \
                          GROUP_LANE(l, 0), GROUP_LANE(i, 1), GROUP_LANE(j, 1),                  \
                          GROUP_LANE(k, 1), GROUP_LANE(l, 1), GROUP_LANE(i, 2),                  \
                          GROUP_LANE(j, 2), GROUP_LANE(k, 2), GROUP_LANE(l, 2),                  \
                          GROUP_LANE(i, 3), GROUP_LANE(j, 3), GROUP_LANE(k, 3),                  \
                          GROUP_LANE(l, 3))

/// The groups i, j, k, l of those of `a` (0 to 3) and of `b` (4 to 7).
#define GROUPS(a, b, i, j, k, l)                                                                 \
  __builtin_shufflevector(a, b, 4 * (i), 4 * (i) + 1, 4 * (i) + 2, 4 * (i) + 3, 4 * (j),         \
                          4 * (j) + 1, 4 * (j) + 2, 4 * (j) + 3, 4 * (k), 4 * (k) + 1,           \
                          4 * (k) + 2, 4 * (k) + 3, 4 * (l), 4 * (l) + 1, 4 * (l) + 2,           \
                          4 * (l) + 3)

/// The sums of the even and the odd pairs of lanes in every group: a, b, a, b.
INLINE vf pair_sums(vf a, vf b) { return IN_GROUPS(a, b, 0, 4, 1, 5) + IN_GROUPS(a, b, 2, 6, 3, 7); }

/// Group g, lane i receives the sum of group g of x[i].
INLINE vf group_sums(const vf x[4]) {
  vf first = pair_sums(x[0], x[1]), last = pair_sums(x[2], x[3]);
  return IN_GROUPS(first, last, 0, 1, 4, 5) + IN_GROUPS(first, last, 2, 3, 6, 7);
}

/// Lane i of every group receives the sum of all lanes of x[i].
INLINE vf sums_of_four(const vf x[4]) {
  vf sums = group_sums(x);
  sums += ROTATED(sums, 8);
  return sums + ROTATED(sums, 4);
}

/// Lane i receives the sum of all lanes of x[i].
INLINE vf sums_of_each(const vf x[LANES]) {
  vf a = group_sums(x), b = group_sums(x + 4), c = group_sums(x + 8), d = group_sums(x + 12);
  vf first = GROUPS(a, b, 0, 1, 4, 5) + GROUPS(a, b, 2, 3, 6, 7);
  vf last = GROUPS(c, d, 0, 1, 4, 5) + GROUPS(c, d, 2, 3, 6, 7);
  return GROUPS(first, last, 0, 2, 4, 6) + GROUPS(first, last, 1, 3, 5, 7);
}

/// Transposes 16 × 16.
INLINE void transpose(vf x[LANES]) {
  vf y[LANES];  // y[4i + c], group g: column 4g + c of rows 4i ... 4i + 3
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i += 4) {
    vf low = IN_GROUPS(x[i], x[i + 1], 0, 4, 1, 5), high = IN_GROUPS(x[i], x[i + 1], 2, 6, 3, 7);
    vf low_below = IN_GROUPS(x[i + 2], x[i + 3], 0, 4, 1, 5);
    vf high_below = IN_GROUPS(x[i + 2], x[i + 3], 2, 6, 3, 7);
    y[i] = IN_GROUPS(low, low_below, 0, 1, 4, 5);
    y[i + 1] = IN_GROUPS(low, low_below, 2, 3, 6, 7);
    y[i + 2] = IN_GROUPS(high, high_below, 0, 1, 4, 5);
    y[i + 3] = IN_GROUPS(high, high_below, 2, 3, 6, 7);
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < 4; c++) {
    vf left = GROUPS(y[c], y[c + 4], 0, 1, 4, 5), right = GROUPS(y[c], y[c + 4], 2, 3, 6, 7);
    vf left_below = GROUPS(y[c + 8], y[c + 12], 0, 1, 4, 5);
    vf right_below = GROUPS(y[c + 8], y[c + 12], 2, 3, 6, 7);
    x[c] = GROUPS(left, left_below, 0, 2, 4, 6);
    x[c + 4] = GROUPS(left, left_below, 1, 3, 5, 7);
    x[c + 8] = GROUPS(right, right_below, 0, 2, 4, 6);
    x[c + 12] = GROUPS(right, right_below, 1, 3, 5, 7);
  }
}

/// out[c, i] = row[i][c] * scale for 16 rows, in whole vectors: columns behind the last are zero.
/// With `copy` the scaled rows go there too.
INLINE void transpose_rows(const float *const row[LANES], long columns, float scale, float *copy,
                           float *out, long out_stride) {
  for (long c = 0; c < columns; c += LANES) {
    vf block[LANES];
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) {
      block[r] = load_first(row[r] + c, columns - c) * scale;
      if (copy) store(copy + r * padded(columns) + c, block[r]);
    }
    transpose(block);
#pragma clang loop unroll(full)
    for (int r = 0; r < LANES; r++) store(out + (c + r) * out_stride, block[r]);
  }
}

// ---- Elementary functions --------------------------------------------------------------------

/// 2^(factor * x), relative error 2e-7 beside what |factor| * x is known to; 0 where the power is
/// below 2^-126.5. factor * x lies in -127.5 ... 128.
INLINE vf power_of_two(vf x, float factor) {
  // Adding 1.5·2²³ rounds to an integer n; the 127 makes the low bits the exponent field of 2^n.
  // n may be that of a slightly other factor: one product for both uses could not be fused.
  const float magic = 12582912.0f + 127.0f;
  vf shifted = x * (factor * 1.00001f) + magic;
  vf r = x * factor - (shifted - magic);
  vf power = (vf)((vi)shifted << 23);
  vf p = 1.326473200e-3f * r + 9.671514854e-3f;
  p = p * (r * r) + (5.550733581e-2f * r + 2.402224243e-1f);
  p = p * r + 6.931470037e-1f;
  return p * (r * power) + power;
}

/// e^x for x in -88 ... 88.7; 0 below about -87.6, infinity above 88.4.
INLINE vf exponential(vf x) { return power_of_two(x, 1.44269504f); }

/// e^x for x ≤ 0.
INLINE vf decay(vf x) { return exponential(at_least(x, -88.0f)); }

/// log x, relative error 2e-7, for finite normal x > 0.
INLINE vf logarithm(vf x) {
  // x = 2^n (1 + z) with 1 + z in [√½, √2).
  vi n = ((vi)x - 0x3f3504f3) >> 23;
  vf z = (vf)((vi)x - (n << 23)) - 1.0f;
  vf e = __builtin_convertvector(n, vf);
  vf p = splat(6.746640801e-2f);
  p = p * z - 1.167565212e-1f;
  p = p * z + 1.188816205e-1f;
  p = p * z - 1.240558922e-1f;
  p = p * z + 1.421955228e-1f;
  p = p * z - 1.666799635e-1f;
  p = p * z + 2.000211924e-1f;
  p = p * z - 2.500000894e-1f;
  p = p * z + 3.333331347e-1f;
  vf square = z * z;
  vf small = (p * z - 0.5f) * square + e * 1.42860677e-6f;
  return e * 0.693145752f + (z + small);
}

/// log(1 + x) for x > -1, with the relative precision of small x; about -88 for x = -1.
INLINE vf logarithm_of_one_plus(vf x) {
  vf u = 1.0f + x;
  vf rounding = u - 1.0f;
  vf y = logarithm(u) * (x / choose(rounding == 0.0f, splat(1), rounding));
  return choose(rounding == 0.0f, x, y);
}

/// x σ(gate).
INLINE vf gated(vf x, vf gate) {
  return x / (1.0f + exponential(at_most(at_least(-gate, -88.0f), 88.7f)));
}

/// The standard normal's tail Φ(-u) to 4e-7 for 0 ≤ u ≤ NORMAL_RANGE. Its fourth root falls so evenly
/// that a polynomial follows it; the range ends where that is below zero, and the tail is nothing.
#define NORMAL_RANGE 5.66f
INLINE vf normal_tail(vf u) {
  // Even and odd powers apart: one chain of products would wait for itself.
  vf s = u * u;
  vf even = -3.323333885e-6f * s - 3.000758588e-4f, odd = 5.722036076e-5f * s - 5.810556831e-5f;
  even = even * s + 3.834001021e-3f;
  odd = odd * s + 4.615901969e-3f;
  even = even * s - 5.018361285e-2f;
  odd = odd * s - 1.677362025e-1f;
  even = even * s + 8.408964872e-1f;
  vf root = __builtin_elementwise_max(odd * u + even, splat(0));
  root *= root;
  return root * root;
}

/// The standard normal's density at x.
INLINE vf normal_density(vf x) {
  vf y = at_most(magnitude(x), 13.28f);  // beyond it is zero
  return 0.39894228f * power_of_two(y * y, -0.721347520f);
}

/// sin and cos of 2π·turn for turn in [0, 1].
INLINE void sine_cosine_of_turn(vf turn, vf *sine, vf *cosine) {
  vf shifted = turn * 4.0f + 12582912.0f;
  vi quarter = (vi)shifted;
  vf f = turn * 4.0f - (shifted - 12582912.0f);
  vf s = f * f;
  vf a = splat(-4.602145404e-3f);
  a = a * s + 7.968021929e-2f;
  a = a * s - 6.459634900e-1f;
  a = (a * s + 1.570796371f) * f;
  vf b = splat(9.036255069e-4f);
  b = b * s - 2.086006850e-2f;
  b = b * s + 2.536692023e-1f;
  b = b * s - 1.233700514f;
  b = b * s + 1.0f;
  vi odd = (quarter & 1) != 0;
  *sine = (vf)((vi)choose(odd, b, a) ^ ((quarter & 2) << 30));
  *cosine = (vf)((vi)choose(odd, a, b) ^ (((quarter + 1) & 2) << 30));
}
