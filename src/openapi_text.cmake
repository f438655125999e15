# Writes OUT, a source file in which api::openapi_text() gives the text of the file IN.
file(READ ${IN} text)
file(WRITE ${OUT} "#include \"api/openapi_text.hpp\"\n\nnamespace cogos::api {\nstd::string_view openapi_text() noexcept {\n  return R\"embedded(${text})embedded\";\n}\n}  // namespace cogos::api\n")
