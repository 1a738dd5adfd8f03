internal import CLibFuzzer
import Glibc
public import Substrate

/// What every fuzzer is made of: libFuzzer's loop, and the check that makes a broken promise a crash.
public enum Fuzzing {
    /// Gives `run` to libFuzzer, with the arguments of the process, and returns its exit code. One thread only.
    public static func main(_ run: @escaping (Bytes) -> Void) -> Int32 {
        unsafe onInput = run
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        return unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
            // libFuzzer's copy of the input, of exactly this length, lives as long as the call.
            unsafe onInput(Bytes(unsafeBase: bytes, count: count))
            return 0
        }
    }
}

/// Set once, before libFuzzer's loop, and only read in it, on the same thread.
nonisolated(unsafe) private var onInput: (Bytes) -> Void = { _ in }

/// Ends the process, so that libFuzzer writes down the input, unless `condition` holds.
@inline(__always)
public func always(_ condition: Bool, _ promise: @autoclosure () -> String) {
    if !condition { broken(promise()) }
}

@inline(never)
private func broken(_ promise: String) -> Never {
    let line = Array("BROKEN: \(promise)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
    abort()
}
