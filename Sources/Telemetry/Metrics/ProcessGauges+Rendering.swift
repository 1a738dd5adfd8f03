import Substrate

extension ProcessGauges {
    func render(into buffer: inout ByteBuffer) {
        if let cpuNanoseconds {
            let name: OpenText = "process_cpu_seconds_total"
            PrometheusText.begin(name, "counter", "User and system CPU time.", into: &buffer)
            PrometheusSample(name, into: &buffer).end(seconds: cpuNanoseconds, into: &buffer)
        }
        if let startNanoseconds {
            let name: OpenText = "process_start_time_seconds"
            PrometheusText.begin(name, "gauge", "Start of the process, since 1970.", into: &buffer)
            PrometheusSample(name, into: &buffer).end(seconds: startNanoseconds, into: &buffer)
        }
        gauge("process_resident_memory_bytes", "Resident memory.", residentBytes, into: &buffer)
        gauge("process_virtual_memory_bytes", "Virtual memory.", virtualBytes, into: &buffer)
        gauge("process_open_fds", "Open file descriptors.", openFileDescriptors, into: &buffer)
        gauge("process_max_fds", "Most file descriptors allowed.", maxFileDescriptors, into: &buffer)
        gauge("process_threads", "Threads.", threads, into: &buffer)
    }

    private func gauge(_ name: OpenText, _ help: OpenText, _ value: UInt64?, into buffer: inout ByteBuffer) {
        guard let value else { return }
        PrometheusText.begin(name, "gauge", help, into: &buffer)
        PrometheusSample(name, into: &buffer).end(value, into: &buffer)
    }
}
