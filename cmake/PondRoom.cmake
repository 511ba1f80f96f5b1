# SPDX-License-Identifier: ISC
# pond_room(NAME SOURCES ... SEES ... [LINKS ...]): a room of the engine. It
# sees its own folder and those it names, nothing else.
function(pond_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;SEES;LINKS" ${ARGN})
  add_library(pond_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(pond_${name} PRIVATE
    "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(seen IN LISTS ARG_SEES)
    target_include_directories(pond_${name} PRIVATE
      "${PROJECT_SOURCE_DIR}/engine/${seen}")
  endforeach()
  target_link_libraries(pond_${name} PRIVATE pond_flags ${ARG_LINKS})
endfunction()
