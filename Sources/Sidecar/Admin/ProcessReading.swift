import Glibc
import Telemetry

/// Reads what the kernel says of this process, at scrape time.
enum ProcessReading {
    static func now() -> ProcessGauges {
        var gauges = ProcessGauges()
        var usage = rusage()
        if unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            gauges.cpuNanoseconds = nanoseconds(usage.ru_utime) &+ nanoseconds(usage.ru_stime)
        }
        if let text = try? FileReader.read("/proc/self/statm", maxBytes: 4096) {
            let pages = String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { UInt64($0) }
            let pageBytes = UInt64(getpagesize())
            if pages.count >= 2 {
                gauges.virtualBytes = pages[0] &* pageBytes
                gauges.residentBytes = pages[1] &* pageBytes
            }
        }
        if let names = try? FileReader.names(in: "/proc/self/fd", suffix: "") {
            gauges.openFileDescriptors = UInt64(names.count)
        }
        if let names = try? FileReader.names(in: "/proc/self/task", suffix: "") {
            gauges.threads = UInt64(names.count)
        }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            gauges.maxFileDescriptors = UInt64(limit.rlim_cur)
        }
        return gauges
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_usec) &* 1000
    }
}
