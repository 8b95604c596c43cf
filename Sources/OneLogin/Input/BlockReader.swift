#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory for a stretch of a file; batches retain it for as long as their slots point into it.
final class FileBlock: @unchecked Sendable {
    // Unchecked: written only by the reader that is its one owner, read only afterwards.
    let bytes: UnsafeMutableRawBufferPointer

    init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }

    deinit { bytes.deallocate() }
}

/// Reads a file block by block, so that a record is always whole in one block and no file is ever whole in memory.
struct BlockReader {
    /// Bytes read at a time.
    static let blockBytes = 1 << 20
    /// Bytes of one record at most; a longer one is unreadable.
    static let recordBytes = 16 << 20

    let path: String
    private let descriptor: Int32
    private(set) var block: FileBlock
    /// The block before, used again once nobody retains it any more.
    private var spare: FileBlock?
    private var start = 0
    private var end = 0
    /// Every byte of the file has been read into the block.
    private(set) var isAtEnd = false
    /// The line that ``unread`` begins in, from 1.
    private(set) var line = 1

    /// Opens a file, `-` for standard input.
    init(_ path: String) throws(InputFailure) {
        self.path = path
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        block = FileBlock(count: Self.blockBytes)
    }

    /// Reads bytes that are in memory already; they are copied.
    init(_ bytes: [UInt8]) {
        path = ""
        descriptor = -1
        block = FileBlock(count: max(1, bytes.count))
        block.bytes.copyBytes(from: bytes)
        end = bytes.count
        isAtEnd = true
    }

    /// Gives the file back; the reader must not be used afterwards.
    func finish() { if descriptor > 0 { _ = close(descriptor) } }

    /// What has been read and not consumed; valid until ``refill()``, and as long as ``block`` is retained.
    @inline(__always)
    var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: block.bytes[start..<end]) }

    /// Steps past the first `count` bytes of ``unread`` which hold `lines` line feeds.
    @inline(__always)
    mutating func consume(_ count: Int, lines: Int) {
        start += count
        line += lines
    }

    /// Steps past the first `count` bytes of ``unread``, and counts their line feeds.
    mutating func consume(_ count: Int) {
        consume(count, lines: unread.prefix(count).reduce(0) { $0 + ($1 == 10 ? 1 : 0) })
    }

    /// Reads on; what is unread stays so, at another address.
    ///
    /// - Returns: Whether there are more unread bytes than before.
    /// - Throws: ``InputFailure/recordTooLong(path:limitBytes:)`` when ``unread`` is as long as a record may be.
    mutating func refill() throws(InputFailure) -> Bool {
        guard !isAtEnd else { return false }
        let rest = end - start
        guard rest < Self.recordBytes else {
            throw .recordTooLong(path: path, limitBytes: Self.recordBytes)
        }
        let isCramped = rest > block.bytes.count / 2
        if !isCramped, isKnownUniquelyReferenced(&block) {
            block.bytes.copyMemory(from: unread)
        } else {
            let next = isCramped ? FileBlock(count: block.bytes.count * 2) : takeSpare()
            next.bytes.copyMemory(from: unread)
            spare = block
            block = next
        }
        start = 0
        end = rest
        while end < block.bytes.count {
            let count = read(descriptor, block.bytes.baseAddress.map { $0 + end }, block.bytes.count - end)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 {
                isAtEnd = true
                break
            }
            end += count
        }
        return end > rest
    }

    /// A block of the usual size that nobody else retains.
    private mutating func takeSpare() -> FileBlock {
        guard isKnownUniquelyReferenced(&spare), let known = spare, known.bytes.count == Self.blockBytes else {
            return FileBlock(count: Self.blockBytes)
        }
        spare = nil
        return known
    }
}
