-- Fifty readers: wrk asks for the addresses of a file (its first argument), in an order drawn anew, and sums up as JSON.
local addresses = {}

function init(arguments)
  for line in io.lines(arguments[1]) do
    addresses[#addresses + 1] = line
  end
  math.randomseed(7)
end

function request()
  return wrk.format("GET", addresses[math.random(#addresses)])
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '\n{"requests": %d, "seconds": %.3f, "p50_ms": %.1f, "p99_ms": %.1f, "max_ms": %.1f, "errors": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
