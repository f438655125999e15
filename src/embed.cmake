# Writes OUT, a source file in which cogos::NAMESPACE::embedded_files() gives the bytes of FILES (paths between `|`) by
# their names. As arrays: a literal of such length is more than C++ promises, and compressed files are no text.
string(REPLACE "|" ";" files "${FILES}")
set(arrays "")
set(entries "")
set(number 0)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  if(hex STREQUAL "")
    message(FATAL_ERROR "${file} is empty")
  endif()
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char file_${number}[] = {${bytes}};\n")
  string(APPEND entries "    {\"${name}\", {file_${number}, sizeof file_${number}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "#include \"${NAMESPACE}/embedded.hpp\"

namespace cogos::${NAMESPACE} {
namespace {
${arrays}
constexpr base::EmbeddedFile kFiles[] = {
${entries}};
}  // namespace

std::span<const base::EmbeddedFile> embedded_files() noexcept {
  return kFiles;
}
}  // namespace cogos::${NAMESPACE}
")
