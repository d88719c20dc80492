// Counter-based random numbers: SplitMix64's mixing of key and index.
#pragma once
#include "vector_math.h"

INLINE uint64_t mixed_key(uint64_t key) {
  // Mixed once on its own, so that keys a multiple of the step apart do not share a stream.
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
  return key ^ (key >> 31);
}

/// 64 random bits for each of the indices first ... first + 15.
INLINE vu64 random_bits(uint64_t mixed, uint64_t first) {
  vu64 z = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  z = (z + (first + 1)) * 0x9e3779b97f4a7c15u + mixed;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

INLINE vf to_floats(vu64 bits) {
  return __builtin_convertvector(__builtin_convertvector(bits, vi), vf);
}

void KERNEL(zk_uniform)(uint64_t key, uint64_t first, float *out, long count) {
  uint64_t mixed = mixed_key(key);
  for (long i = 0; i < count; i += LANES) {
    vu64 bits = random_bits(mixed, first + (uint64_t)i);
    store_first(out + i, to_floats(bits >> 40) * 0x1p-24f, count - i);
  }
}

void KERNEL(zk_normal)(uint64_t key, uint64_t first, float *out, long count) {
  // A constant of its own: not the bits of zk_uniform under the same key.
  uint64_t mixed = mixed_key(key ^ 0x6e6f726d616c7a6bu);
  // A pair of outputs (2p, 2p + 1) comes from the bits of p; an odd start drops the even half.
  long skip = (long)(first & 1);
  for (long i = -skip; i < count; i += 2 * LANES) {
    vu64 bits = random_bits(mixed, (first + (uint64_t)i) / 2);
    vf uniform = (to_floats(bits >> 33) + 0.5f) * 0x1p-31f;
    vf radius = __builtin_elementwise_sqrt(at_least(-2.0f * logarithm(uniform), 0));
    vf sine, cosine;
    sine_cosine_of_turn(to_floats(bits & 0xffffff) * 0x1p-24f, &sine, &cosine);
    cosine *= radius;
    sine *= radius;
    vf low = interleave_low(cosine, sine), high = interleave_high(cosine, sine);
    if (i >= 0 && count - i >= 2 * LANES) {
      store(out + i, low);
      store(out + i + LANES, high);
    } else {
      float both[2 * LANES];
      store(both, low);
      store(both + LANES, high);
      for (long j = i < 0 ? 1 : 0; j < 2 * LANES && i + j < count; j++) out[i + j] = both[j];
    }
  }
}
