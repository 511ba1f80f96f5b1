// SPDX-License-Identifier: ISC
// The makers of readers and writers, one pair a format. Control thread.
#ifndef HOST_STREAM_FORMATS_H
#define HOST_STREAM_FORMATS_H

#include "row_stream.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the stream files assume a little-endian processor"
#endif

PondStatus host_csv_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error);
PondStatus host_tsv_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error);
PondStatus host_f32_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error);
PondStatus host_npy_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error);
PondStatus host_sound_reader_new(const HostSource* source, HostReader** reader,
                                 PondError* error);
PondStatus host_csv_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error);
PondStatus host_tsv_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error);
PondStatus host_f32_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error);
PondStatus host_npy_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error);
PondStatus host_wav_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error);
PondStatus host_flac_writer_new(const HostSink* sink, HostWriter** writer,
                                PondError* error);

#endif
