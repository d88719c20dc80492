// Vectors of 16 floats (one AVX-512 register, two of AVX2, four of SSE or NEON) and elementary
// functions on them. Tails go through the same vectors, zero-filled: an element's result does
// not depend on where in an array it stands.
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

/// Lane i receives the sum of all lanes of x[i]. Destroys x.
INLINE vf sums_of_each(vf x[LANES]) {
#pragma clang loop unroll(full)
  for (int half = LANES / 2; half > 0; half /= 2)
#pragma clang loop unroll(full)
    for (int i = 0; i < half; i++)
      x[i] = interleave_low(x[i], x[i + half]) + interleave_high(x[i], x[i + half]);
  return x[0];
}

/// Transposes 16 × 16 in four rounds of perfect shuffles.
INLINE void transpose(vf x[LANES]) {
  vf y[LANES];
#pragma clang loop unroll(full)
  for (int round = 0; round < 2; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      y[2 * i] = interleave_low(x[i], x[i + 8]);
      y[2 * i + 1] = interleave_high(x[i], x[i + 8]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      x[2 * i] = interleave_low(y[i], y[i + 8]);
      x[2 * i + 1] = interleave_high(y[i], y[i + 8]);
    }
  }
}

// ---- Elementary functions --------------------------------------------------------------------

/// e^x, relative error 1e-7; 0 below about -87.6, infinity above 88.4.
INLINE vf exponential(vf x) {
  x = at_most(at_least(x, -88.0f), 88.7f);
  // Adding 1.5·2²³ rounds to an integer n; the 127 makes the low bits the exponent field of 2^n.
  const float magic = 12582912.0f + 127.0f;
  vf shifted = x * 1.44269504f + magic;
  vf n = shifted - magic;
  vf r = x - n * 0.693145752f;
  r = r - n * 1.42860677e-6f;
  vf p = splat(1.381459879e-3f);
  p = p * r + 8.368716575e-3f;
  p = p * r + 4.166838899e-2f;
  p = p * r + 1.666652113e-1f;
  p = p * r + 4.999999404e-1f;
  p = p * (r * r) + r;
  vf power = (vf)((vi)shifted << 23);
  return p * power + power;
}

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

/// log(1 + x) for x ≥ 0, with the relative precision of small x.
INLINE vf logarithm_of_one_plus(vf x) {
  vf u = 1.0f + x;
  vf rounding = u - 1.0f;
  vf y = logarithm(u) * (x / choose(rounding == 0.0f, splat(1), rounding));
  return choose(rounding == 0.0f, x, y);
}

INLINE vf sigmoid(vf x) { return 1.0f / (1.0f + exponential(-x)); }

/// The standard normal's distribution Φ(x) and density. Φ(-y) for y ≥ 0 is e^(-y²/2) times a
/// smooth function of y, fitted as a polynomial in 1 / (1 + 0.35 y): one range, no cancellation.
INLINE void normal_distribution(vf x, vf *below, vf *density) {
  vf y = magnitude(x);
  vf bell = exponential(y * y * -0.5f);
  vf t = 1.0f / (1.0f + 0.35f * y);
  vf p = splat(-2.911501564e-2f);
  p = p * t + 1.438184083e-1f;
  p = p * t - 2.553910017e-1f;
  p = p * t + 1.587965637e-1f;
  p = p * t - 2.284342237e-2f;
  p = p * t + 1.053921431e-1f;
  p = p * t + 1.198630854e-1f;
  p = p * t + 1.398575604e-1f;
  p = p * t + 1.396216601e-1f;
  vf tail = p * t * bell;
  *below = choose(x < 0.0f, tail, 1.0f - tail);
  *density = bell * 0.39894228f;
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
