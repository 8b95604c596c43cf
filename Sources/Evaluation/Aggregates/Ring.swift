/// A queue in one array: taking from the front moves a mark, and the array is compacted when half of it is spent.
struct Ring<Element: Sendable>: Sendable {
    private var storage: [Element] = []
    private var head = 0

    init(_ elements: [Element] = []) { storage = elements }

    var count: Int { storage.count - head }
    var first: Element? { head < storage.count ? storage[head] : nil }
    /// What is in it, oldest first.
    var elements: [Element] { Array(storage[head...]) }
    /// Bytes held, without what the elements point to.
    var byteCount: Int { storage.capacity * MemoryLayout<Element>.stride }

    subscript(_ place: Int) -> Element { storage[head + place] }

    mutating func append(_ element: Element) { storage.append(element) }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard head < storage.count else { return nil }
        let element = storage[head]
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 32, head * 2 >= storage.count {
            storage.removeSubrange(0..<head)
            head = 0
        }
        return element
    }
}
