// The splitter's local attention over symbols of which there are few: what a score needs of two
// symbols, and of a symbol and a place in its window, is looked up instead of computed. The tables
// hold exponentials, whose products are those of the scores' sums.
//
// The heads stand side by side, and so do the columns of a row's values.
#pragma once
#include "rows_and_tiles.h"

/// The score that a table can hold: its exponential is a normal number.
#define TABLE_RANGE 87.0f

void KERNEL(zk_symbol_tables)(const float *projected, const float *positions, long symbols,
                              long width, long heads, long half, float *pairs, float *places,
                              float *values, float *gates) {
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
          store(products + b, exponential(at_most(at_least(sum, -TABLE_RANGE), TABLE_RANGE)));
        }
        for (long b = 0; b < count; b++) out[b * heads + h] = products[b];
      }
    }
  for (long a = 0; a < symbols; a++) {
    const float *row = projected + a * 4 * width;
    memcpy(values + a * width, row + 2 * width, (size_t)width * sizeof(float));
    for (long c = 0; c < width; c += LANES)
      store_first(gates + a * width + c, gated(splat(1), load_first(row + 3 * width + c, width - c)),
                  width - c);
  }
  free(keys);
}

/// The exponentials of scores between -60 and 60, those of their clamp.
#define LEAST_PRODUCT 8.75651076e-27f
#define MOST_PRODUCT 1.14200739e26f

typedef float four __attribute__((ext_vector_type(4)));

INLINE four load_four(const float *p) {
  four x;
  memcpy(&x, p, sizeof x);
  return x;
}

/// Of four heads E wide, a constant, what 16 columns from vector v of a row have.
INLINE vf of_four_heads(four x, const int v, const long E) {
  if (E == 16) return splat(x[v]);
  if (E == 8 && v == 0)
    return __builtin_shufflevector(x, x, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  if (E == 8) return __builtin_shufflevector(x, x, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  return __builtin_shufflevector(x, x, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
}

/// One row for four heads of 4, 8 or 16 columns: its window is passed once.
INLINE void symbol_row_of_four(const zk_symbol_attention *a, const int32_t *symbol, long low,
                               long high, const long E, float *out) {
  const int vectors = (int)E / 4;
  const float *pairs = a->pairs + *symbol * a->symbols * 4;
  const float *places = a->places + *symbol * (2 * a->half + 1) * 4;
  vf sum[4] = {0};
  four total = 0;
  for (long o = low; o < high; o++) {
    const int32_t other = symbol[o - a->half];
    four p = load_four(pairs + other * 4) * load_four(places + o * 4);
    p = __builtin_elementwise_min(__builtin_elementwise_max(p, (four)LEAST_PRODUCT),
                                  (four)MOST_PRODUCT);
    total += p;
    const float *values = a->values + other * 4 * E;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[v] += of_four_heads(p, v, E) * load(values + v * LANES);
  }
  total = 1.0f / total;
  const float *gates = a->gates + *symbol * 4 * E;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++)
    store(out + v * LANES, sum[v] * (load(gates + v * LANES) * of_four_heads(total, v, E)));
}

/// One row for any heads, one after another. `p` has room for the window.
INLINE void symbol_row(const zk_symbol_attention *a, const int32_t *symbol, long low, long high,
                       float *p, float *out) {
  const long heads = a->heads, E = a->width / heads;
  const float *pairs = a->pairs + *symbol * a->symbols * heads;
  const float *places = a->places + *symbol * (2 * a->half + 1) * heads;
  const float *gates = a->gates + *symbol * a->width;
  for (long h = 0; h < heads; h++) {
    float total = 0;
    for (long o = low; o < high; o++) {
      const float product = pairs[symbol[o - a->half] * heads + h] * places[o * heads + h];
      p[o] = fminf(fmaxf(product, LEAST_PRODUCT), MOST_PRODUCT);
      total += p[o];
    }
    for (long c = h * E; c < (h + 1) * E; c += LANES) {
      const long n = (h + 1) * E - c;
      vf sum = splat(0);
      for (long o = low; o < high; o++)
        sum += p[o] * load_first(a->values + symbol[o - a->half] * a->width + c, n);
      store_first(out + c, sum * (load_first(gates + c, n) / total), n);
    }
  }
}

/// All rows; `E` is a constant for four heads of a width with a form of its own, else 0.
INLINE void symbol_rows(const zk_symbol_attention *a, const int32_t *symbols,
                        const int32_t *offsets, long documents, float *out, const long E) {
  const long window = 2 * a->half + 1;
  float *p = scratch_floats(window);
  for (long b = 0; b < documents; b++)
    for (long row = offsets[b]; row < offsets[b + 1]; row++) {
      const long low = most(0, offsets[b] - row + a->half);
      const long high = least(window, offsets[b + 1] - row + a->half);
      float *result = out + (row - offsets[0]) * a->width;
      if (E) symbol_row_of_four(a, symbols + row, low, high, E, result);
      else symbol_row(a, symbols + row, low, high, p, result);
    }
  free(p);
}

void KERNEL(zk_symbol_attention_forward)(const zk_symbol_attention *a, const int32_t *symbols,
                                         const int32_t *offsets, long documents, float *out) {
  const long E = a->heads == 4 ? a->width / 4 : 0;
  if (E == 16) symbol_rows(a, symbols, offsets, documents, out, 16);
  else if (E == 8) symbol_rows(a, symbols, offsets, documents, out, 8);
  else if (E == 4) symbol_rows(a, symbols, offsets, documents, out, 4);
  else symbol_rows(a, symbols, offsets, documents, out, 0);
}
