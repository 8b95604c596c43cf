/// Memory for the text of many records, given back all at once.
///
/// Chunks never move, so the address of a copied text stays good for the arena's life.
public final class TextArena: @unchecked Sendable {
    // Written by one owner while a batch is filled, only read afterwards: that is the contract of ActivityBatch.
    @exclusivity(unchecked) private var chunks: [UnsafeMutableRawBufferPointer] = []
    @exclusivity(unchecked) private var used = 0
    private let chunkSize: Int

    /// An empty arena.
    ///
    /// - Parameter chunkSize: Bytes that are asked for at a time, at least 64; longer text gets a chunk of its own.
    public init(chunkSize: Int = 64 * 1024) {
        self.chunkSize = max(64, chunkSize)
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Bytes held in all, used or not.
    public var byteCount: Int { chunks.reduce(0) { $0 + $1.count } }

    /// Room for `count` bytes that stay where they are until the arena goes.
    public func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if let last = chunks.last, last.count - used >= count {
            defer { used += count }
            return UnsafeMutableRawBufferPointer(rebasing: last[used..<(used + count)])
        }
        if count > chunkSize {
            let own = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
            chunks.insert(own, at: chunks.isEmpty ? 0 : chunks.count - 1)
            if chunks.count == 1 { used = count }
            return own
        }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 8)
        chunks.append(chunk)
        used = count
        return UnsafeMutableRawBufferPointer(rebasing: chunk[0..<count])
    }

    /// Copies text in and gives the slot that reads it.
    ///
    /// - Parameter text: Valid UTF-8.
    public func copy(_ text: UnsafeRawBufferPointer) -> Slot {
        let room = reserve(text.count)
        room.copyMemory(from: text)
        return .string(UnsafeRawBufferPointer(room))
    }

    /// Copies a Swift string in and gives the slot that reads it.
    public func copy(_ text: String) -> Slot {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    /// Forgets all text but keeps the first chunk, so that a reused batch allocates nothing.
    public func removeAll() {
        used = 0
        guard chunks.count > 1 else { return }
        for chunk in chunks.dropFirst() { chunk.deallocate() }
        chunks.removeSubrange(1...)
    }
}
