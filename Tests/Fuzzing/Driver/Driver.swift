#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The target that libFuzzer feeds, named by `FUZZ_TARGET`.
private let chosen: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        preconditionFailure("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name))")
    }
    return target
}()

/// What libFuzzer calls with each input; a broken promise ends the process, which libFuzzer reports as a crash.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let promise = chosen.run(UnsafeRawBufferPointer(start: start, count: count)) {
        let line = Array("Fatal error: a promise is broken: \(promise)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        abort()
    }
    return 0
}
