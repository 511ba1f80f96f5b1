// SPDX-License-Identifier: ISC
// Rows of samples in and out of files and pipes, whatever their format.
// Control thread.
#ifndef HOST_ROW_STREAM_H
#define HOST_ROW_STREAM_H

#include "pond/types.h"

/// What a reader is asked for.
typedef struct {
  const char* path;       ///< "-" is standard input
  const char* format;     ///< for "-" and unknown extensions; NULL: csv for "-"
  uint32_t n_channels;    ///< what the model takes; 0: whatever the file has
  const char* wanted_by;  ///< whose channels those are, for errors
} HostSource;

/// What a writer is asked for.
typedef struct {
  const char* path;    ///< "-" is standard output
  const char* format;  ///< as above
  uint32_t n_channels;
  double rate_hz;  ///< 0 unknown
} HostSink;

typedef struct HostReader HostReader;
typedef struct HostWriter HostWriter;

/// A reader of one format; each format embeds it first in its own struct.
struct HostReader {
  HostSource source;
  const char* name;  ///< for errors
  uint32_t n_channels;
  double rate_hz;   ///< 0 unknown
  bool has_n_rows;  ///< false: only the end will tell
  bool is_file;     ///< false: cannot be read twice
  uint64_t n_rows;
  PondStatus (*read)(HostReader* reader, float* rows, uint32_t n_max,
                     uint32_t* n, PondError* error);
  void (*rewind)(HostReader* reader);  ///< NULL: by opening it again
  void (*free)(HostReader* reader);
};

/// Likewise a writer.
struct HostWriter {
  const char* name;
  uint32_t n_channels;
  uint64_t n_clipped;  ///< samples beyond full scale, where that is cut
  PondStatus (*write)(HostWriter* writer, const float* rows, uint32_t n,
                      PondError* error);
  PondStatus (*finish)(HostWriter* writer, PondError* error);
  void (*free)(HostWriter* writer);
};

/// One row of the table of formats.
typedef struct {
  const char* name;        ///< "f32le"
  const char* extensions;  ///< ".f32 .raw"
  PondStatus (*reader_new)(const HostSource* source, HostReader** reader,
                           PondError* error);
  PondStatus (*writer_new)(const HostSink* sink, HostWriter** writer,
                           PondError* error);
} HostFormat;

/// The format of `path`: by its extension, else `name`; BAD_ARG lists all.
PondStatus host_format_find(const char* path, const char* name,
                            const HostFormat** format, PondError* error);

/// Opens `source`. MISMATCH names the file, its channels and those wanted.
PondStatus host_reader_new(const HostSource* source, HostReader** reader,
                           PondError* error);
/// Up to `n_max` rows of n_channels floats each, interleaved; waits for at
/// least one, takes no more than have come; `n` is 0 at the end.
PondStatus host_reader_read(HostReader* reader, float* rows, uint32_t n_max,
                            uint32_t* n, PondError* error);
/// Likewise where all rows are needed: an end that came by a signal is
/// POND_STATUS_CANCELLED.
PondStatus host_reader_read_on(HostReader* reader, float* rows, uint32_t n_max,
                               uint32_t* n, PondError* error);
/// Reads over `n_rows` rows. MISMATCH if there are fewer.
PondStatus host_reader_skip(HostReader* reader, uint64_t n_rows,
                            PondError* error);
/// Back to row 0 of a regular file, through a new reader in its place.
PondStatus host_reader_rewind(HostReader** reader, PondError* error);
/// Takes all rows of a pipe or of standard input into memory, so that they can
/// be read again; a file that can be opened again stays as it is.
PondStatus host_reader_keep(HostReader** reader, PondError* error);
/// Rows of a regular file, counted by reading where its header has no number.
PondStatus host_reader_count(HostReader** reader, uint64_t* n_rows,
                             PondError* error);
void host_reader_free(HostReader* reader);

/// Creates the output. Every write leaves a file that is whole so far.
PondStatus host_writer_new(const HostSink* sink, HostWriter** writer,
                           PondError* error);
PondStatus host_writer_write(HostWriter* writer, const float* rows, uint32_t n,
                             PondError* error);
/// Ends the output: its last errors come to light here.
PondStatus host_writer_finish(HostWriter* writer, PondError* error);
void host_writer_free(HostWriter* writer);

/// All rows of a source in memory.
typedef struct {
  float* data;  ///< n_rows x n_channels, owned
  uint64_t n_rows;
  uint32_t n_channels;
  double rate_hz;
} HostRows;

/// Reads the rest of `reader`, at most 4 GiB.
PondStatus host_rows_load(HostReader* reader, HostRows* rows, PondError* error);
void host_rows_free(HostRows* rows);

#endif
