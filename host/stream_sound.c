// SPDX-License-Identifier: ISC
// wav and flac through libsndfile; samples as float, full scale is 1. Control
// thread.
#include "stream_formats.h"

#include "bytes.h"
#include "interrupt.h"
#include "report.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  HostReader base;
  HostBytes bytes;  ///< for its descriptor and its errors only
  SNDFILE* sound;
} SoundReader;

typedef struct {
  HostWriter base;
  SNDFILE* sound;
  bool cuts;  ///< integers: what lies beyond full scale is cut
} SoundWriter;

static PondStatus sound_read(HostReader* base, float* rows, uint32_t n_max,
                             uint32_t* n, PondError* error) {
  SoundReader* reader = (SoundReader*)base;
  if (host_interrupted()) {
    return POND_OK;
  }
  sf_count_t got = sf_readf_float(reader->sound, rows, n_max);
  if (got < 0 || sf_error(reader->sound)) {
    return host_error(error, POND_STATUS_BAD_FORMAT, "%s: cannot read: %s",
                      base->name, sf_strerror(reader->sound));
  }
  *n = (uint32_t)got;
  return POND_OK;
}

static void sound_reader_free(HostReader* base) {
  SoundReader* reader = (SoundReader*)base;
  if (reader->sound) {
    sf_close(reader->sound);
  }
  host_bytes_free(&reader->bytes);
  free(reader);
}

static PondStatus sound_open(SoundReader* reader, PondError* error) {
  SF_INFO info = {0};
  HostReader* base = &reader->base;
  if (base->is_file && !reader->bytes.size_bytes) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it is empty; give a sound file", base->name);
  }
  reader->sound = sf_open_fd(reader->bytes.fd, SFM_READ, &info, SF_FALSE);
  if (!reader->sound) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: no sound file that can be read: %s", base->name,
                      sf_strerror(NULL));
  }
  base->n_channels = (uint32_t)info.channels;
  base->rate_hz = info.samplerate;
  base->has_n_rows = base->is_file;
  base->n_rows = base->is_file ? (uint64_t)info.frames : 0;
  if (base->is_file && info.frames < 1) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it holds no frame; give a file with at least one",
                      base->name);
  }
  return POND_OK;
}

PondStatus host_sound_reader_new(const HostSource* source, HostReader** reader,
                                 PondError* error) {
  SoundReader* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a reader");
  }
  PondStatus status = host_bytes_init(&made->bytes, source->path, error);
  if (status) {
    free(made);
    return status;
  }
  made->base = (HostReader){.name = made->bytes.name,
                            .is_file = made->bytes.is_file,
                            .read = sound_read,
                            .free = sound_reader_free};
  status = sound_open(made, error);
  if (status) {
    sound_reader_free(&made->base);
  } else {
    *reader = &made->base;
  }
  return status;
}

static uint64_t count_beyond(const float* samples, size_t n) {
  uint64_t count = 0;
  for (size_t i = 0; i < n; i++) {
    count += fabsf(samples[i]) > 1.0f;
  }
  return count;
}

static PondStatus sound_write(HostWriter* base, const float* rows, uint32_t n,
                              PondError* error) {
  SoundWriter* writer = (SoundWriter*)base;
  if (writer->cuts) {
    base->n_clipped += count_beyond(rows, (size_t)n * base->n_channels);
  }
  if (sf_writef_float(writer->sound, rows, n) == n) {
    return POND_OK;
  }
  return host_error(error, POND_STATUS_IO,
                    "%s: cannot write: %s; make room there or name another "
                    "place",
                    base->name, sf_strerror(writer->sound));
}

static PondStatus sound_finish(HostWriter* base, PondError* error) {
  SoundWriter* writer = (SoundWriter*)base;
  SNDFILE* sound = writer->sound;
  writer->sound = NULL;
  int fault = sound ? sf_close(sound) : 0;
  if (!fault) {
    return POND_OK;
  }
  return host_error(error, POND_STATUS_IO, "%s: cannot write: %s", base->name,
                    sf_error_number(fault));
}

static void sound_writer_free(HostWriter* base) {
  PondError unheard;
  (void)sound_finish(base, &unheard);
  free(base);
}

static PondStatus check_sink(const HostSink* sink, PondError* error) {
  if (!host_output_is_file(sink->path)) {
    return host_error(error, POND_STATUS_UNSUPPORTED,
                      "%s: wav and flac need a regular file; on a pipe write "
                      "csv or f32le",
                      host_output_name(sink->path));
  }
  if (!(sink->rate_hz >= 1.0 && sink->rate_hz <= 655350.0)) {
    return host_error(error, POND_STATUS_BAD_ARG,
                      "%s: a sound file needs a frame rate, and the input has "
                      "none; give --rate HZ (1 to 655350), or write csv or npy",
                      sink->path);
  }
  return POND_OK;
}

// Without the peak chunk, which holds the time of day, same rows make the same
// bytes; a header brought up to date with each write survives a kill.
static PondStatus begin(SoundWriter* writer, int fd, SF_INFO* info,
                        PondError* error) {
  writer->sound = sf_open_fd(fd, SFM_WRITE, info, SF_TRUE);
  if (!writer->sound) {
    return host_error(error, POND_STATUS_IO, "%s: cannot write: %s",
                      writer->base.name, sf_strerror(NULL));
  }
  sf_command(writer->sound, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  sf_command(writer->sound, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE);
  sf_command(writer->sound, SFC_SET_CLIPPING, NULL, SF_TRUE);
  return POND_OK;
}

static PondStatus sound_writer_make(const HostSink* sink, int format,
                                    HostWriter** writer, PondError* error) {
  int fd = -1;
  SF_INFO info = {.samplerate = (int)lround(sink->rate_hz),
                  .channels = (int)sink->n_channels,
                  .format = format};
  PondStatus status = check_sink(sink, error);
  if (!status && !sf_format_check(&info)) {
    status = host_error(error, POND_STATUS_LIMIT,
                        "%s: this format does not hold %u channels at %d Hz; "
                        "write csv or npy",
                        sink->path, sink->n_channels, info.samplerate);
  }
  if (!status) {
    status = host_output_open(sink->path, &fd, error);
  }
  if (status) {
    return status;
  }
  SoundWriter* made = calloc(1, sizeof *made);
  if (!made) {
    (void)host_output_close(&fd, sink->path, &(PondError){0});
    return host_error_memory(error, "a writer");
  }
  made->base = (HostWriter){.name = sink->path,
                            .n_channels = sink->n_channels,
                            .write = sound_write,
                            .finish = sound_finish,
                            .free = sound_writer_free};
  made->cuts = (format & SF_FORMAT_SUBMASK) != SF_FORMAT_FLOAT;
  status = begin(made, fd, &info, error);
  if (status) {
    free(made);
    return status;
  }
  *writer = &made->base;
  return POND_OK;
}

PondStatus host_wav_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error) {
  return sound_writer_make(sink, SF_FORMAT_WAV | SF_FORMAT_FLOAT, writer,
                           error);
}

PondStatus host_flac_writer_new(const HostSink* sink, HostWriter** writer,
                                PondError* error) {
  return sound_writer_make(sink, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, writer,
                           error);
}
