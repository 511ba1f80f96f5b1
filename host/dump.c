// SPDX-License-Identifier: ISC
// One tensor of a file written to .npy, .csv or .f32. Control thread.
#include "dump.h"

#include "bytes.h"
#include "npy_header.h"
#include "report.h"
#include "row_stream.h"

#include <stdlib.h>
#include <string.h>

// NumPy's spelling; NULL for what it lacks.
static const char* npy_descr(PondDtype dtype) {
  switch (dtype) {
    case POND_DTYPE_F32: return "<f4";
    case POND_DTYPE_F64: return "<f8";
    case POND_DTYPE_F16: return "<f2";
    case POND_DTYPE_I64: return "<i8";
    case POND_DTYPE_I32: return "<i4";
    case POND_DTYPE_I16: return "<i2";
    case POND_DTYPE_I8: return "|i1";
    case POND_DTYPE_U64: return "<u8";
    case POND_DTYPE_U32: return "<u4";
    case POND_DTYPE_U16: return "<u2";
    case POND_DTYPE_U8: return "|u1";
    case POND_DTYPE_BOOL: return "|b1";
    case POND_DTYPE_C64: return "<c8";
    case POND_DTYPE_BF16:
    case POND_DTYPE_OTHER: break;
  }
  return NULL;
}

static PondStatus unsupported(const PondTensor* tensor, const char* path,
                              const char* instead, PondError* error) {
  uint32_t item_bytes;
  return host_error(error, POND_STATUS_UNSUPPORTED,
                    "%s: cannot hold tensor %s of type %s; %s", path,
                    tensor->name, pond_dtype_name(tensor->dtype, &item_bytes),
                    instead);
}

static PondStatus dump_npy(const PondTensor* tensor, const char* path,
                           PondError* error) {
  char header[HOST_NPY_HEADER_BYTES];
  int fd = -1;
  const char* descr = npy_descr(tensor->dtype);
  if (!descr) {
    return unsupported(tensor, path, "dump to .csv or .f32", error);
  }
  host_npy_header_print_shape(header, descr, tensor->n_dims, tensor->shape);
  PondStatus status = host_output_open(path, &fd, error);
  if (!status) {
    status = host_output_write(fd, path, header, sizeof header, error);
  }
  if (!status) {
    status =
        host_output_write(fd, path, tensor->data, tensor->size_bytes, error);
  }
  PondError unheard;
  PondStatus closed = host_output_close(&fd, path, status ? &unheard : error);
  return status ? status : closed;
}

#define CONVERT(type)                                      \
  for (size_t i = 0; i < n; i++) {                         \
    type value;                                            \
    memcpy(&value, from + i * sizeof value, sizeof value); \
    to[i] = (float)value;                                  \
  }                                                        \
  return true

static bool convert(PondDtype dtype, const char* from, float* to, size_t n) {
  switch (dtype) {
    case POND_DTYPE_F32: CONVERT(float);
    case POND_DTYPE_F64: CONVERT(double);
    case POND_DTYPE_I64: CONVERT(int64_t);
    case POND_DTYPE_I32: CONVERT(int32_t);
    case POND_DTYPE_I16: CONVERT(int16_t);
    case POND_DTYPE_I8: CONVERT(int8_t);
    case POND_DTYPE_U64: CONVERT(uint64_t);
    case POND_DTYPE_U32: CONVERT(uint32_t);
    case POND_DTYPE_U16: CONVERT(uint16_t);
    case POND_DTYPE_U8:
    case POND_DTYPE_BOOL: CONVERT(uint8_t);
    case POND_DTYPE_F16:
    case POND_DTYPE_BF16:
    case POND_DTYPE_C64:
    case POND_DTYPE_OTHER: break;
  }
  return false;
}
#undef CONVERT

static PondStatus write_rows(const float* values, const char* path,
                             uint64_t n_rows, uint32_t n_columns,
                             PondError* error) {
  enum { CHUNK = 256 };
  HostWriter* writer;
  HostSink sink = {.path = path, .n_channels = n_columns};
  PondStatus status = host_writer_new(&sink, &writer, error);
  if (status) {
    return status;
  }
  for (uint64_t i = 0; !status && i < n_rows; i += CHUNK) {
    uint64_t n = n_rows - i < CHUNK ? n_rows - i : CHUNK;
    status =
        host_writer_write(writer, values + i * n_columns, (uint32_t)n, error);
  }
  if (!status) {
    status = host_writer_finish(writer, error);
  }
  host_writer_free(writer);
  return status;
}

// The last dimension is a row.
static PondStatus dump_rows(const PondTensor* tensor, const char* path,
                            PondError* error) {
  uint64_t n = 1, n_columns = 1;
  for (uint32_t i = 0; i < tensor->n_dims; i++) {
    n *= tensor->shape[i];
  }
  if (tensor->n_dims > 1) {
    n_columns = tensor->shape[tensor->n_dims - 1];
  }
  if (n_columns > UINT32_MAX) {
    return unsupported(tensor, path, "its rows are too long; dump to .npy",
                       error);
  }
  float* values = malloc(n ? n * sizeof *values : 1);
  if (!values) {
    return host_error_memory(error, "a tensor");
  }
  PondStatus status = POND_OK;
  if (!convert(tensor->dtype, tensor->data, values, n)) {
    status = unsupported(tensor, path, "dump to .npy", error);
  }
  if (!status) {
    status = write_rows(values, path, n_columns ? n / n_columns : 0,
                        (uint32_t)n_columns, error);
  }
  free(values);
  return status;
}

PondStatus host_dump(const PondTensor* tensor, const char* path,
                     PondError* error) {
  const HostFormat* format;
  PondStatus status = host_format_find(path, NULL, &format, error);
  if (status) {
    return status;
  }
  if (!strcmp(format->name, "npy")) {
    return dump_npy(tensor, path, error);
  }
  return dump_rows(tensor, path, error);
}
