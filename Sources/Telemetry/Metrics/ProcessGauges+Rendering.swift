import Substrate

extension ProcessGauges {
    func render(_ text: Exposition, into buffer: inout ByteBuffer) {
        if let cpuNanoseconds {
            let name = FamilyName("process_cpu_seconds_total", .counter)
            text.begin(name, "User and system CPU time.", into: &buffer)
            ExpositionSample(text, name, into: &buffer).end(seconds: cpuNanoseconds, into: &buffer)
        }
        if let startNanoseconds {
            let name = FamilyName("process_start_time_seconds", .gauge)
            text.begin(name, "Start of the process, since 1970.", into: &buffer)
            ExpositionSample(text, name, into: &buffer).end(seconds: startNanoseconds, into: &buffer)
        }
        gauge("process_resident_memory_bytes", "Resident memory.", residentBytes, text, into: &buffer)
        gauge("process_virtual_memory_bytes", "Virtual memory.", virtualBytes, text, into: &buffer)
        gauge("process_open_fds", "Open file descriptors.", openFileDescriptors, text, into: &buffer)
        gauge("process_max_fds", "Most file descriptors allowed.", maxFileDescriptors, text, into: &buffer)
        gauge("process_threads", "Threads.", threads, text, into: &buffer)
    }

    private func gauge(
        _ name: OpenText, _ help: OpenText, _ value: UInt64?, _ text: Exposition,
        into buffer: inout ByteBuffer
    ) {
        guard let value else { return }
        let name = FamilyName(name, .gauge)
        text.begin(name, help, into: &buffer)
        ExpositionSample(text, name, into: &buffer).end(value, into: &buffer)
    }
}
