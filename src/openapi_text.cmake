# Writes OUT, which defines the function FUNCTION of namespace cogos::api with the text of the file IN.
file(READ ${IN} text)
file(WRITE ${OUT} "#include \"api/openapi_text.hpp\"\n\nnamespace cogos::api {\nstd::string_view ${FUNCTION}() noexcept {\n  return R\"embedded(${text})embedded\";\n}\n}  // namespace cogos::api\n")
