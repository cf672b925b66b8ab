"""The papers behind the methods, each written down once: what a method cites and what a bibliography lists."""

from osint_imagery.core.reference import Reference

__all__ = [
    "BOVOLO_2007",
    "CHEN_2020",
    "DAUDT_2018",
    "FUKUI_2015",
    "FUNG_1987",
    "KONDMANN_2021",
    "MALILA_1980",
    "NIELSEN_1998",
    "NIELSEN_2007",
    "SINGH_1989",
    "cite",
]

MALILA_1980 = Reference(
    key="malila-1980",
    kind="paper-conference",
    authors=("Malila, W. A.",),
    issued=((1980,),),
    title="Change vector analysis: an approach for detecting forest changes with Landsat",
    container="LARS Symposia",
    volume="385",
    publisher="Purdue University",
)
BOVOLO_2007 = Reference(
    key="bovolo-2007",
    kind="article-journal",
    authors=("Bovolo, F.", "Bruzzone, L."),
    issued=((2007,),),
    title=(
        "A theoretical framework for unsupervised change detection based on change vector analysis in the polar domain"
    ),
    container="IEEE TGRS",
    volume="45",
    issue="1",
    pages="218-236",
    doi="10.1109/TGRS.2006.885408",
)
NIELSEN_1998 = Reference(
    key="nielsen-1998",
    kind="article-journal",
    authors=("Nielsen, A. A.", "Conradsen, K.", "Simpson, J. J."),
    issued=((1998,),),
    title=("Multivariate alteration detection (MAD) and MAF postprocessing in multispectral, bitemporal image data"),
    container="Remote Sensing of Environment",
    volume="64",
    issue="1",
    pages="1-19",
    doi="10.1016/S0034-4257(97)00162-4",
)
NIELSEN_2007 = Reference(
    key="nielsen-2007",
    kind="article-journal",
    authors=("Nielsen, A. A.",),
    issued=((2007,),),
    title=("The regularized iteratively reweighted MAD method for change detection in multi- and hyperspectral data"),
    container="IEEE Transactions on Image Processing",
    volume="16",
    issue="2",
    pages="463-478",
    doi="10.1109/TIP.2006.888195",
)
FUNG_1987 = Reference(
    key="fung-1987",
    kind="article-journal",
    authors=("Fung, T.", "LeDrew, E."),
    issued=((1987,),),
    title="Application of principal components analysis to change detection",
    container="Photogrammetric Engineering and Remote Sensing",
    volume="53",
    issue="12",
    pages="1649-1658",
)
SINGH_1989 = Reference(
    key="singh-1989",
    kind="article-journal",
    authors=("Singh, A.",),
    issued=((1989,),),
    title="Digital change detection techniques using remotely-sensed data",
    container="International Journal of Remote Sensing",
    volume="10",
    issue="6",
    pages="989-1003",
    doi="10.1080/01431168908903939",
)
KONDMANN_2021 = Reference(
    key="kondmann-2021",
    kind="article-journal",
    authors=("Kondmann, L.", "Toker, A.", "Saha, S.", "Schoelkopf, B.", "Leal-Taixe, L.", "Zhu, X. X."),
    issued=((2021,),),
    title="Spatial context awareness for unsupervised change detection in optical satellite images",
    container="IEEE TGRS",
    volume="60",
    pages="5615615",
    doi="10.1109/TGRS.2021.3130842",
)
FUKUI_2015 = Reference(
    key="fukui-2015",
    kind="article-journal",
    authors=("Fukui, K.", "Maki, A."),
    issued=((2015,),),
    title="Difference subspace and its generalization for subspace-based methods",
    container="IEEE TPAMI",
    volume="37",
    issue="11",
    pages="2164-2177",
    doi="10.1109/TPAMI.2015.2408358",
)
CHEN_2020 = Reference(
    key="chen-2020",
    kind="article-journal",
    authors=("Chen, Y.", "Kuo, C.-C. J."),
    issued=((2020,),),
    title="PixelHop: a successive subspace learning (SSL) method for object recognition",
    container="Journal of Visual Communication and Image Representation",
    volume="70",
    pages="102749",
    doi="10.1016/j.jvcir.2019.102749",
)
DAUDT_2018 = Reference(
    key="daudt-2018",
    kind="paper-conference",
    authors=("Daudt, R. C.", "Le Saux, B.", "Boulch, A.", "Gousseau, Y."),
    issued=((2018,),),
    title="Urban change detection for multispectral Earth observation using convolutional neural networks",
    container="IGARSS",
    doi="10.1109/IGARSS.2018.8518015",
)
_ALL = (
    MALILA_1980,
    BOVOLO_2007,
    NIELSEN_1998,
    NIELSEN_2007,
    FUNG_1987,
    SINGH_1989,
    KONDMANN_2021,
    FUKUI_2015,
    CHEN_2020,
    DAUDT_2018,
)


def cite(method: str, citation: str) -> tuple[Reference, ...]:
    """Return what a method rests on, from the citation that it carries.

    Parameters
    ----------
    method : str
        Name of the method.
    citation : str
        ``Method.citation``, as it stands in a record.

    Returns
    -------
    tuple of Reference
        Every known work that the citation names, by DOI or in full; where it names none, one entry that holds the
        citation in its own words.

    Examples
    --------
    >>> [item.doi for item in cite("mad", NIELSEN_1998.text)]
    ['10.1016/S0034-4257(97)00162-4']
    """
    found = tuple(item for item in _ALL if item.text in citation or (item.doi and item.doi in citation))
    return found or (Reference(key=method, kind="document", title=f"Method {method}", note=citation or "not stated"),)
