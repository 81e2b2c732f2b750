// Asks the sandbox for every vector with the generated clients, and writes what they report, a JSON object a line.
// What a report holds, and how it is judged, is said in ../README.md.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/google/uuid"

	"polyglot/images"
)

type vector struct {
	Name    string            `json:"name"`
	ImageID *uuid.UUID        `json:"image_id"`
	Server  *string           `json:"server"`
	Regions []string          `json:"regions"`
	Expect  []json.RawMessage `json:"expect"`
}

type vectors struct {
	Regions []string `json:"regions"`
	Vectors []vector `json:"vectors"`
	Lists   []vector `json:"lists"`
}

type report struct {
	Vector     string  `json:"vector"`
	Region     string  `json:"region"`
	Status     int     `json:"status,omitempty"`
	Image      any     `json:"image,omitempty"`
	Page       any     `json:"page,omitempty"`
	Fault      any     `json:"fault,omitempty"`
	RetryAfter *string `json:"retry_after,omitempty"`
	Error      string  `json:"error,omitempty"`
}

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sandbox, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var all vectors
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	token, endpoints, err := SignIn(ctx, sandbox+"/identity/v2.0", "demo", "sandbox-api-key")
	if err != nil {
		return err
	}
	clients := map[string]*images.ClientWithResponses{}
	for region, endpoint := range endpoints {
		if clients[region], err = Connect(endpoint, token); err != nil {
			return err
		}
	}
	line, err := Describe(ctx, clients["DFW"], uuid.MustParse("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"))
	if err != nil {
		return err
	}
	fmt.Println(line)
	out := json.NewEncoder(os.Stdout)
	for _, vector := range append(all.Vectors, all.Lists...) {
		regions := vector.Regions
		if regions == nil {
			regions = all.Regions
		}
		for _, region := range regions {
			for range vector.Expect {
				said := ask(ctx, clients[region], vector)
				said.Vector, said.Region = vector.Name, region
				if err := out.Encode(said); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func ask(ctx context.Context, client *images.ClientWithResponses, vector vector) report {
	if vector.ImageID != nil {
		return image(client.GetImageWithResponse(ctx, *vector.ImageID))
	}
	return page(client.ListImagesDetailsWithResponse(ctx, &images.ListImagesDetailsParams{Server: vector.Server}))
}

func image(answer *images.GetImageResponse, err error) report {
	switch {
	case err != nil:
		return report{Error: err.Error()}
	case answer.JSON200 != nil:
		return report{Status: answer.StatusCode(), Image: answer.JSON200.Image}
	case answer.JSON203 != nil:
		return report{Status: answer.StatusCode(), Image: answer.JSON203.Image}
	}
	return fault(answer.HTTPResponse, answer.JSON400, answer.JSON401, answer.JSON403, answer.JSON404, answer.JSON405,
		answer.JSON409, answer.JSON413, answer.JSON429, answer.JSON500, answer.JSON503, answer.JSONDefault)
}

func page(answer *images.ListImagesDetailsResponse, err error) report {
	switch {
	case err != nil:
		return report{Error: err.Error()}
	case answer.JSON200 != nil:
		return report{Status: answer.StatusCode(), Page: answer.JSON200}
	case answer.JSON203 != nil:
		return report{Status: answer.StatusCode(), Page: answer.JSON203}
	}
	return fault(answer.HTTPResponse, answer.JSON400, answer.JSON401, answer.JSON403, answer.JSON404, answer.JSON405,
		answer.JSON409, answer.JSON413, answer.JSON429, answer.JSON500, answer.JSON503, answer.JSONDefault)
}

// fault reports the one typed fault that the client has read, if any.
func fault(answer *http.Response, read ...any) report {
	said := report{Status: answer.StatusCode}
	if wait := answer.Header.Get("Retry-After"); wait != "" {
		said.RetryAfter = &wait
	}
	for _, one := range read {
		if text, err := json.Marshal(one); err == nil && string(text) != "null" {
			said.Fault = json.RawMessage(text)
		}
	}
	return said
}
