from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image import Image
    from ..models.link import Link


T = TypeVar("T", bound="ImagePage")


@_attrs_define
class ImagePage:
    """A page of images, in the order of the list, and where the next page is."""

    images: list[Image]
    """ The images, each with all its details. Empty at the end, or where none fits the filters. """
    images_links: list[Link] | None | Unset = UNSET
    """ The `next` page, if this one is full, even if nothing follows; the next one is then empty. Absent otherwise.
    """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        images = []
        for images_item_data in self.images:
            images_item = images_item_data.to_dict()
            images.append(images_item)

        images_links: list[dict[str, Any]] | None | Unset
        if isinstance(self.images_links, Unset):
            images_links = UNSET
        elif isinstance(self.images_links, list):
            images_links = []
            for images_links_type_0_item_data in self.images_links:
                images_links_type_0_item = images_links_type_0_item_data.to_dict()
                images_links.append(images_links_type_0_item)

        else:
            images_links = self.images_links

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "images": images,
            }
        )
        if images_links is not UNSET:
            field_dict["images_links"] = images_links

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.image import Image
        from ..models.link import Link

        d = dict(src_dict)
        images = []
        _images = d.pop("images")
        for images_item_data in _images:
            images_item = Image.from_dict(images_item_data)

            images.append(images_item)

        def _parse_images_links(data: object) -> list[Link] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                images_links_type_0 = []
                _images_links_type_0 = data
                for images_links_type_0_item_data in _images_links_type_0:
                    images_links_type_0_item = Link.from_dict(
                        images_links_type_0_item_data
                    )

                    images_links_type_0.append(images_links_type_0_item)

                return images_links_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Link] | None | Unset, data)

        images_links = _parse_images_links(d.pop("images_links", UNSET))

        image_page = cls(
            images=images,
            images_links=images_links,
        )

        image_page.additional_properties = d
        return image_page

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
