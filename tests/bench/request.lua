-- What wrk sends, by the environment: BENCH_METHOD, BENCH_PATH, BENCH_BODY (a file), BENCH_AUTH (a header's value),
-- BENCH_SIGNED (a file with one Authorization value a line, each used once) and BENCH_THREADS, BENCH_PAUSE_MS (mean pause of a connection
-- before each request). Prints one line of figures at the end.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function whole(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local requests, at

local function build(authorization, body)
  local headers = {["Host"] = "localhost"}
  if authorization then headers["Authorization"] = authorization end
  if body then headers["Content-Type"] = "application/json" end
  return wrk.format(os.getenv("BENCH_METHOD") or "GET", os.getenv("BENCH_PATH"), headers, body)
end

function init()
  math.randomseed(number + 1)
  local body = os.getenv("BENCH_BODY") and whole(os.getenv("BENCH_BODY"))
  requests, at = {}, 0
  local signed = os.getenv("BENCH_SIGNED")
  if not signed then
    requests[1] = build(os.getenv("BENCH_AUTH"), body)
    return
  end
  local line, count = 0, tonumber(os.getenv("BENCH_THREADS"))
  for authorization in io.lines(signed) do
    if line % count == number then requests[#requests + 1] = build(authorization, body) end
    line = line + 1
  end
end

function request()
  -- Past the end a signature comes twice, which the server refuses: the figures then show it as an error.
  at = at % #requests + 1
  return requests[at]
end

local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "0")
if pause > 0 then
  function delay() return math.random(0, 2 * pause) end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
