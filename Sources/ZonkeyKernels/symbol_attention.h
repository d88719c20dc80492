// The splitter's local attention over symbols of which there are few: what a score needs of two
// symbols, and of a symbol and a place in its window, is looked up instead of computed.
//
// The heads of a score stand side by side, so that the scores of a query's whole window are one
// row of numbers for the exponential.
#pragma once
#include "rows_and_tiles.h"

void KERNEL(zk_symbol_tables)(const float *projected, const float *positions, long symbols,
                              long width, long heads, long half, float *pairs, float *places,
                              float *gates) {
  const long E = width / heads, window = 2 * half + 1, V = padded(symbols);
  const float scale = 1.0f / sqrtf((float)E);
  // Keys with the symbols as lanes, then the places, each with zeros behind the last.
  const long places_count = padded(window);
  float *keys = scratch_floats(width * V + E * places_count + E + most(V, places_count));
  float *place_keys = keys + width * V, *q = place_keys + E * places_count, *products = q + E;
  clear(keys, width * V + E * places_count);
  for (long b = 0; b < symbols; b++)
    for (long c = 0; c < width; c++) keys[c * V + b] = projected[b * 4 * width + width + c];
  for (long o = 0; o < window; o++)
    for (long c = 0; c < E; c++) place_keys[c * places_count + o] = positions[o * E + c];
  for (long a = 0; a < symbols; a++)
    for (long h = 0; h < heads; h++) {
      for (long c = 0; c < E; c++)
        q[c] = (projected[a * 4 * width + h * E + c] + positions[half * E + c]) * scale;
      for (int part = 0; part < 2; part++) {
        const float *k = part ? place_keys : keys + h * E * V;
        const long lanes = part ? places_count : V, count = part ? window : symbols;
        float *out = part ? places + a * window * heads : pairs + a * symbols * heads;
        for (long b = 0; b < lanes; b += LANES) {
          vf sum = splat(0);
          for (long c = 0; c < E; c++) sum += q[c] * load(k + c * lanes + b);
          store(products + b, sum);
        }
        for (long b = 0; b < count; b++) out[b * heads + h] = products[b];
      }
    }
  for (long a = 0; a < symbols; a++)
    for (long c = 0; c < width; c += LANES)
      store_first(gates + a * width + c,
                  gated(splat(1), load_first(projected + a * 4 * width + 3 * width + c, width - c)),
                  width - c);
  free(keys);
}

/// Probabilities, not yet scaled, of the window's places from `low`: p[place][head]; `factors` of
/// the heads make them probabilities.
INLINE void symbol_probabilities(const zk_symbol_attention *a, const int32_t *symbol, long low,
                                 long high, const long heads, float *p, float *factors) {
  const float *pairs = a->pairs + *symbol * a->symbols * heads;
  const float *places = a->places + *symbol * (2 * a->half + 1) * heads;
  for (long o = low; o < high; o++)
    for (long h = 0; h < heads; h++)
      p[(o - low) * heads + h] = pairs[symbol[o - a->half] * heads + h] + places[o * heads + h];
  // Whole vectors: what stands behind the last is not used.
  for (long i = 0; i < (high - low) * heads; i += LANES)
    store(p + i, exponential(at_most(at_least(load(p + i), -60.0f), 60.0f)));
  for (long h = 0; h < heads; h++) factors[h] = 0;
  for (long o = 0; o < high - low; o++)
    for (long h = 0; h < heads; h++) factors[h] += p[o * heads + h];
  for (long h = 0; h < heads; h++) factors[h] = 1.0f / factors[h];
}

/// Whether a vector holds the columns of whole heads, two or four of them.
INLINE int shares_vectors(const long heads, const long E) {
  return (E == 8 || E == 4) && heads * E % LANES == 0;
}

/// Of 16 columns from c on what `x` [heads] has for their heads; all are one head's where they are
/// not `shared`.
INLINE vf of_heads(const float *x, long c, const int shared, const long E) {
  x += c / E;
  if (shared && E == 8) return GROUPS(splat(x[0]), splat(x[1]), 0, 1, 4, 5);
  if (shared) {
    vf four = load_first(x, 4);
    return __builtin_shufflevector(four, four, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  }
  return splat(x[0]);
}

/// The weighted sum of values of 16 columns from c in each of `vectors` runs, times its gate;
/// heads are whole vectors wide, vectors are `shared` by whole heads, or `E` < 16 columns from c on
/// are one head's.
INLINE void symbol_sums(const zk_symbol_attention *a, const int32_t *symbol, long low, long high,
                        const float *p, const float *factors, const int vectors,
                        const int shared, long c, long columns, const long heads, const long E,
                        float *out) {
  vf sum[TILE] = {0};
  for (long o = low; o < high; o++) {
    const float *values = a->projected + symbol[o - a->half] * 4 * a->width + 2 * a->width + c;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sum[v] += of_heads(p + (o - low) * heads, c + v * LANES, shared, E) *
                load_first(values + v * LANES, columns - v * LANES);
  }
  const float *gates = a->gates + *symbol * a->width + c;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const long n = columns - v * LANES;
    vf gate = load_first(gates + v * LANES, n) * of_heads(factors, c + v * LANES, shared, E);
    store_first(out + c + v * LANES, sum[v] * gate, n);
  }
}

INLINE void symbol_forward(const zk_symbol_attention *a, const int32_t *symbols,
                           const int32_t *offsets, long documents, float *out, const long heads,
                           const long E) {
  const long window = 2 * a->half + 1, width = heads * E;
  float *p = scratch_floats(padded(window * heads) + heads), *factors = p + padded(window * heads);
  clear(p, padded(window * heads));
  for (long b = 0; b < documents; b++)
    for (long row = offsets[b]; row < offsets[b + 1]; row++) {
      const long low = most(0, offsets[b] - row + a->half);
      const long high = least(window, offsets[b + 1] - row + a->half);
      const int32_t *symbol = symbols + row;
      float *result = out + (row - offsets[0]) * width;
      symbol_probabilities(a, symbol, low, high, heads, p, factors);
      long c = 0;
      const int shared = shares_vectors(heads, E);
      if (E % LANES == 0 || shared) {
#define SYMBOL_SUMS(vectors)                                                                   \
  for (; c + (vectors) * LANES <= width; c += (vectors) * LANES)                               \
  symbol_sums(a, symbol, low, high, p, factors, vectors, shared, c, (vectors) * LANES, heads, E, \
              result)
        SYMBOL_SUMS(TILE);
        SYMBOL_SUMS(2);
        SYMBOL_SUMS(1);
#undef SYMBOL_SUMS
      } else {
        for (long h = 0; h < heads; h++)
          for (c = 0; c < E; c += LANES)
            symbol_sums(a, symbol, low, high, p, factors, 1, 0, h * E + c, E - c, heads, E, result);
      }
    }
  free(p);
}

void KERNEL(zk_symbol_attention_forward)(const zk_symbol_attention *a, const int32_t *symbols,
                                         const int32_t *offsets, long documents, float *out) {
  const long E = a->width / a->heads;
  if (E == 16 && a->heads == 4) symbol_forward(a, symbols, offsets, documents, out, 4, 16);
  else if (E == 8 && a->heads == 4) symbol_forward(a, symbols, offsets, documents, out, 4, 8);
  else if (E == 4 && a->heads == 4) symbol_forward(a, symbols, offsets, documents, out, 4, 4);
  else symbol_forward(a, symbols, offsets, documents, out, a->heads, E);
}
